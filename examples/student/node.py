#!/usr/bin/env python3
"""A node of a replicated ring, as a student writes it: plain Python, one line of JSON in, one out.

    ringlight lab grade examples/student/node.py --task ring
    ringlight lab grade examples/student/node.py --task kv --faults loss,crash --seeds 5

Every half second a node tells a few others whom it has heard of lately, so that soon everybody knows
everybody. A key belongs to the first living node clockwise from its id; that one orders the writes of the
key and has them copied by the two nodes that follow it before it says that they are done.

The lab tells the time with each line; a node never looks at a clock of its own.
"""
import hashlib
import json
import random
import sys

GOSSIP_MS = 500
FORGET_MS = 6000  # who was not heard of for so long is gone
RETRY_MS = 400
GIVE_UP_MS = 8000
COPIES = 3


def id_of(name):
    return hashlib.sha1(name.encode()).digest()


class Node:
    def start(self, told):
        self.name = told["node"]
        self.random = random.Random(told["seed"])
        self.heard = {door: told["nowMs"] for door in told["doors"]}  # node -> when it was last heard of
        self.records = told["kept"] or {}  # key -> [version, value]: what the disk held
        self.calls = {}  # number -> what waits for an answer
        self.last_call = 0
        self.out = {"send": [], "reply": [], "wakeMs": 1}

    def send(self, to, **body):
        self.out["send"].append({"to": to, "body": body})

    # Who lives, and whose a key is.

    def living(self):
        return sorted([self.name, *self.heard], key=id_of)

    def from_key_on(self, key):
        """All nodes clockwise from a key: its owner first, then those that keep its copies."""
        ring = self.living()
        at = next((i for i, name in enumerate(ring) if id_of(name) >= id_of(key)), 0)
        return ring[at:] + ring[:at]

    def gossip(self):
        self.heard = {n: at for n, at in self.heard.items() if self.now - at < FORGET_MS}
        news = {n: self.now - at for n, at in self.heard.items()}
        for to in self.random.sample(sorted(self.heard), min(2, len(self.heard))):
            self.send(to, type="gossip", news=news)
            # What it has of our records is made the same, a few at a time.
            for key in self.random.sample(sorted(self.records), min(4, len(self.records))):
                if to in self.from_key_on(key)[:COPIES]:
                    self.send(to, type="store", key=key, record=self.records[key], call=0)

    # Calls: asked again until they are answered or it is too late.

    def call(self, to, body, done, failed=lambda: None):
        self.last_call += 1
        self.calls[self.last_call] = {"to": to, "body": body, "done": done, "failed": failed,
                                      "until": self.now + GIVE_UP_MS, "again": self.now + RETRY_MS}
        self.send(to(), call=self.last_call, **body)

    def retry(self):
        for number, call in list(self.calls.items()):
            if self.now >= call["until"]:
                del self.calls[number]
                call["failed"]()
            elif self.now >= call["again"]:
                call["again"] = self.now + RETRY_MS
                self.send(call["to"](), call=number, **call["body"])

    # Values.

    def keep(self, key, record):
        if self.records.get(key, [[0, ""], None])[0] < record[0]:
            self.records[key] = record
            self.out["keep"] = self.records

    def write(self, key, value, done):
        """As the owner: a version later than all, and two copies elsewhere before it is done."""
        before = self.records.get(key, [[0, ""], None])[0][0]
        record = [[max(before, int(self.now)) + 1, self.name], value]
        self.keep(key, record)
        backups = [name for name in self.from_key_on(key)[:COPIES] if name != self.name]
        missing = set(backups)

        def stored(name):  # or silent for so long that it is gone
            missing.discard(name)
            if not missing:
                done()

        for name in backups:
            self.call(lambda name=name: name, {"type": "store", "key": key, "record": record},
                      lambda _, name=name: stored(name), lambda name=name: stored(name))
        if not backups:
            done()

    def serve(self, op, key, value, done):
        """Somebody asks us as the owner of a key; we may know better who that is."""
        if op == "write":
            self.write(key, value, lambda: done({}))
        else:
            done({"value": self.records.get(key, [None, None])[1]})

    # What the lab tells.

    def request(self, told):
        number, op = told["request"], told["op"]
        reply = lambda answer: self.out["reply"].append({"request": number, **answer})
        key, value = told.get("key"), told.get("value")
        if op == "echo":
            reply({"value": value})
        elif op == "lookup":
            reply({"owner": self.from_key_on(key)[0]})
        elif op == "neighbours":
            ring = self.living()
            at = ring.index(self.name)
            reply({"successor": ring[(at + 1) % len(ring)], "predecessor": ring[at - 1]})
        elif self.from_key_on(key)[0] == self.name:
            self.serve(op, key, value, reply)
        else:
            self.call(lambda: self.from_key_on(key)[0],
                      {"type": "serve", "op": op, "key": key, "value": value},
                      lambda answer: reply(answer["answer"]), lambda: reply({"error": "no answer"}))

    def message(self, told):
        sender, body = told["from"], told["body"]
        self.heard[sender] = self.now
        kind = body["type"]
        if kind == "gossip":
            for name, age in body["news"].items():
                if name != self.name and self.now - age > self.heard.get(name, self.now - FORGET_MS):
                    self.heard[name] = self.now - age
        elif kind == "serve":
            self.serve(body["op"], body["key"], body["value"],
                       lambda answer: self.send(sender, type="answer", call=body["call"], answer=answer))
        elif kind == "store":
            self.keep(body["key"], body["record"])
            if body["call"]:
                self.send(sender, type="answer", call=body["call"])
        elif kind == "answer":
            call = self.calls.pop(body["call"], None)
            if call:
                call["done"](body)

    def wake(self, told):
        if self.now >= getattr(self, "gossip_at", 0):
            self.gossip_at = self.now + GOSSIP_MS
            self.gossip()
        self.retry()
        self.out["wakeMs"] = 200

    def answer(self, told):
        self.now = told["nowMs"]
        self.out = {"send": [], "reply": []}
        getattr(self, told["event"])(told)
        return self.out


if __name__ == "__main__":
    node = Node()
    for line in sys.stdin:
        print(json.dumps(node.answer(json.loads(line))), flush=True)

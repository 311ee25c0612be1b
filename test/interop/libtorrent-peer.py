"""One libtorrent session that a test drives by JSON lines.

Commands come on standard input, one object a line, each with a number of the caller's:

    {"call": 1, "command": "listen", "bootstrap": ["127.0.0.1:6881"]}  -> {"call": 1, "port": 40123}
                                   elsewhere than at 127.0.0.1:0: "interface": "10.77.1.1:6881"
    {"call": 2, "command": "add_node", "host": "127.0.0.1", "port": 6881}
    {"call": 3, "command": "announce", "info_hash": "<40 hex>"}        -> {"call": 3, "port": 40123}
    {"call": 4, "command": "get_peers", "info_hash": "<40 hex>"}       -> {"call": 4}; then, whenever
                                   a lookup ends: {"event": "peers", "info_hash": …, "peers": [[host, port], …]}
    {"call": 5, "command": "stats"}                                    -> {"call": 5, "nodes": 3}
    {"call": 6, "command": "put_fixed", "value": "<hex>"}              -> {"call": 6, "target": "<40 hex>"}
    {"call": 7, "command": "put_signed", "secret": "<128 hex>", "key": "<64 hex>", "value": …, "salt": …}
                                   -> {"call": 7}; when a put ends: {"event": "put", "target" or "key": …, "count": 2}
    {"call": 8, "command": "get_fixed", "target": "<40 hex>"}          -> {"call": 8}; then {"event": "item", …}
    {"call": 9, "command": "get_signed", "key": "<64 hex>", "salt": "<hex>"}     the same, "seq" too

Values are byte strings; those, keys and salts are hexadecimal.

It ends when standard input does, so that it cannot outlive the test. Every socket is bound to
that one address and everything that would speak to anybody else is off.
"""
import json
import queue
import sys
import tempfile
import threading

import libtorrent as lt

SETTINGS = {
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": True,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    # All nodes of the test have one IP, and are asked more often than libtorrent would allow.
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_prefer_verified_node_ids": False,
    "dht_enforce_node_id": False,
    "dht_ignore_dark_internet": False,
    "dht_block_ratelimit": 100_000_000,
    "dht_block_timeout": 1,
    "dht_upload_rate_limit": 1_000_000_000,
    # Otherwise found peers would be connected to for as long as the session lives.
    "connections_limit": 2,
    "alert_mask": lt.alert.category_t.dht_notification
    | lt.alert.category_t.dht_operation_notification
    | lt.alert.category_t.stats_notification
    | lt.alert.category_t.status_notification
    | lt.alert.category_t.error_notification,
}

POLL_SECONDS = 0.01


class Peer:
    def __init__(self):
        self.session = None
        self.listening = None
        self.stats_calls = []

    def command(self, request):
        call = request["call"]
        name = request["command"]
        if name == "listen":
            settings = dict(SETTINGS, dht_bootstrap_nodes=",".join(request.get("bootstrap", [])))
            settings["listen_interfaces"] = request.get("interface", SETTINGS["listen_interfaces"])
            self.listening = call
            self.session = lt.session(settings)
            return None
        if name == "add_node":
            self.session.add_dht_node((request["host"], request["port"]))
            return {}
        if name == "announce":
            # session.dht_announce cannot be called from Python in 2.0: a magnet link announces.
            magnet = lt.parse_magnet_uri("magnet:?xt=urn:btih:" + request["info_hash"])
            magnet.save_path = tempfile.gettempdir()  # nothing is written: nobody has the metadata
            magnet.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
            self.session.add_torrent(magnet).force_dht_announce()
            return {"port": self.session.listen_port()}
        if name == "get_peers":
            self.session.dht_get_peers(lt.sha1_hash(bytes.fromhex(request["info_hash"])))
            return {}
        if name == "put_fixed":
            return {"target": str(self.session.dht_put_immutable_item(bytes.fromhex(request["value"])))}
        if name == "put_signed":
            fields = ["secret", "key", "value", "salt"]
            self.session.dht_put_mutable_item(*[bytes.fromhex(request[field]) for field in fields])
            return {}
        if name == "get_fixed":
            self.session.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(request["target"])))
            return {}
        if name == "get_signed":
            fields = ["key", "salt"]
            self.session.dht_get_mutable_item(*[bytes.fromhex(request[field]) for field in fields])
            return {}
        if name == "stats":
            self.stats_calls.append(call)
            self.session.post_dht_stats()
            return None
        return {"error": "unknown command " + name}

    def alerts(self):
        if self.session is None:
            return
        for alert in self.session.pop_alerts():
            if isinstance(alert, lt.listen_failed_alert):
                say({"event": "error", "message": alert.message()})
            elif isinstance(alert, lt.dht_get_peers_reply_alert):
                say({
                    "event": "peers",
                    "info_hash": str(alert.info_hash),
                    "peers": [list(peer) for peer in alert.peers()],
                })
            elif isinstance(alert, lt.dht_put_alert):
                say({
                    "event": "put",
                    "name": str(alert.target) if not any(alert.public_key) else alert.public_key.hex(),
                    "count": alert.num_success,
                })
            elif isinstance(alert, lt.dht_immutable_item_alert):
                value = alert.item["value"]
                if isinstance(value, bytes):
                    say({"event": "item", "name": str(alert.target), "value": value.hex()})
            elif isinstance(alert, lt.dht_mutable_item_alert):
                value = alert.item["value"]
                if isinstance(value, bytes):
                    say({
                        "event": "item",
                        "name": alert.key.hex(),
                        "value": value.hex(),
                        "seq": alert.seq,
                        "salt": alert.item["salt"].hex(),
                    })
            elif isinstance(alert, lt.dht_stats_alert):
                nodes = sum(bucket["num_nodes"] for bucket in alert.routing_table)
                for call in self.stats_calls:
                    say({"call": call, "nodes": nodes})
                self.stats_calls = []
        if self.listening is not None and self.session.listen_port() and self.session.is_dht_running():
            say({"call": self.listening, "port": self.session.listen_port()})
            self.listening = None


def say(message):
    print(json.dumps(message), flush=True)


def read(lines):
    for line in sys.stdin:
        lines.put(line)
    lines.put(None)


def main():
    lines = queue.Queue()
    threading.Thread(target=read, args=(lines,), daemon=True).start()
    peer = Peer()
    while True:
        try:
            line = lines.get(timeout=POLL_SECONDS)
        except queue.Empty:
            peer.alerts()
            continue
        if line is None:
            return
        request = json.loads(line)
        answer = peer.command(request)
        if answer is not None:
            say(dict(answer, call=request["call"]))


main()

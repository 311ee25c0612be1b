/*
 * A closed-loop load generator for KRPC servers: it keeps a number of queries outstanding on one
 * UDP socket, and sends the next when an answer comes. In C with sendmmsg and recvmmsg, because a
 * generator on Node.js is itself the bottleneck from about 100,000 queries a second.
 *
 *     load PORT METHOD SECONDS OUTSTANDING ID_HEX      METHOD: ping, find_node or get_peers
 *
 * Asks 127.0.0.1 only. Targets are random; the querying id is given, so that a server can have it in
 * its table. A query that comes back unchanged (an echo server) counts as answered. Pings of the
 * server to us are answered. Prints one line of JSON.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define SLOTS_MAX 1024
#define BATCH 64
#define MESSAGE_BYTES 16384
#define LOST_NS 500000000ull /* a query without an answer for so long is given up */
#define BIN_NS 500           /* histogram: bins of 0.5 us up to 100 ms */
#define BINS 200000

static unsigned char queries[SLOTS_MAX][256];
static int query_length, target_at, transaction_at;
static uint16_t sequence[SLOTS_MAX];
static uint64_t sent_at[SLOTS_MAX];
static uint32_t histogram[BINS];
static unsigned char id[20];
static uint64_t random_state = 0x9e3779b97f4a7c15ull;

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static uint64_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static int append(unsigned char *to, int at, const void *bytes, int length) {
  memcpy(to + at, bytes, (size_t)length);
  return at + length;
}

static int append_text(unsigned char *to, int at, const char *text) {
  return append(to, at, text, (int)strlen(text));
}

static void write_query(unsigned char *q, const char *method) {
  char middle[32];
  int at = append_text(q, 0, "d1:ad2:id20:");
  at = append(q, at, id, 20);
  target_at = 0;
  if (strcmp(method, "ping") != 0) {
    at = append_text(q, at, strcmp(method, "find_node") == 0 ? "6:target20:" : "9:info_hash20:");
    target_at = at;
    at += 20;
  }
  snprintf(middle, sizeof middle, "e1:q%d:%s1:t4:", (int)strlen(method), method);
  at = append_text(q, at, middle);
  transaction_at = at;
  query_length = append_text(q, at + 4, "1:y1:qe");
}

/* A new query in this slot: other target, other transaction id (slot and sequence). */
static void renew(int slot, uint64_t now) {
  unsigned char *q = queries[slot];
  if (target_at > 0) {
    for (int i = 0; i < 20; i += 4) {
      uint32_t word = (uint32_t)(next_random() >> 32);
      memcpy(q + target_at + i, &word, 4);
    }
  }
  sequence[slot]++;
  q[transaction_at] = (unsigned char)(slot >> 8);
  q[transaction_at + 1] = (unsigned char)slot;
  q[transaction_at + 2] = (unsigned char)(sequence[slot] >> 8);
  q[transaction_at + 3] = (unsigned char)sequence[slot];
  sent_at[slot] = now;
}

/* The slot that a message answers, or -1. `t` stands near the end of every KRPC message. */
static int slot_of(const unsigned char *message, int length, int outstanding) {
  int from = length > 64 ? length - 64 : 0;
  const unsigned char *found = memmem(message + from, (size_t)(length - from), "1:t4:", 5);
  if (found == NULL || found + 9 > message + length) return -1;
  int slot = found[5] << 8 | found[6];
  if (slot >= outstanding || (found[7] << 8 | found[8]) != sequence[slot]) return -1;
  return slot;
}

static int ends_with(const unsigned char *message, int length, const char *end) {
  int size = (int)strlen(end);
  return length >= size && memcmp(message + length - size, end, (size_t)size) == 0;
}

static void answer_ping(int fd, const unsigned char *query, int length) {
  const unsigned char *t = memmem(query, (size_t)length, "1:t4:", 5);
  unsigned char reply[128];
  if (t == NULL || memmem(query, (size_t)length, "4:ping", 6) == NULL) return;
  int at = append_text(reply, 0, "d1:rd2:id20:");
  at = append(reply, at, id, 20);
  at = append_text(reply, at, "e");
  at = append(reply, at, t, 9);
  at = append_text(reply, at, "1:y1:re");
  (void)!send(fd, reply, (size_t)at, 0);
}

static void send_all(int fd, struct mmsghdr *out, int count) {
  for (int done = 0; done < count;) {
    int sent = sendmmsg(fd, out + done, (unsigned)(count - done), 0);
    if (sent > 0) done += sent;
    else if (errno != EINTR && errno != ECONNREFUSED && errno != ENOBUFS) {
      perror("sendmmsg");
      exit(1);
    }
  }
}

static double percentile_us(uint64_t total, double part) {
  uint64_t wanted = (uint64_t)((double)total * part), seen = 0;
  for (int bin = 0; bin < BINS; bin++) {
    seen += histogram[bin];
    if (seen > wanted) return (bin + 0.5) * BIN_NS / 1000.0;
  }
  return BINS * (BIN_NS / 1000.0);
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: load PORT METHOD SECONDS OUTSTANDING ID_HEX\n");
    return 2;
  }
  const char *method = argv[2];
  double seconds = atof(argv[3]);
  int outstanding = atoi(argv[4]);
  if (outstanding < 1 || outstanding > SLOTS_MAX || strlen(argv[5]) != 40) return 2;
  for (int i = 0; i < 20; i++) {
    unsigned octet;
    sscanf(argv[5] + 2 * i, "%2x", &octet);
    id[i] = (unsigned char)octet;
  }
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int buffer_bytes = 4 << 20;
  struct timeval patience = {0, 50000};
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  struct sockaddr_in server = {0};
  server.sin_family = AF_INET;
  server.sin_port = htons((uint16_t)atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct sockaddr_in here = server;
  here.sin_port = 0;
  if (bind(fd, (struct sockaddr *)&here, sizeof here) != 0 ||
      connect(fd, (struct sockaddr *)&server, sizeof server) != 0) {
    perror("socket");
    return 1;
  }
  random_state ^= now_ns();

  static struct mmsghdr out[SLOTS_MAX], in[BATCH];
  static struct iovec out_parts[SLOTS_MAX], in_parts[BATCH];
  static unsigned char received_bytes[BATCH][MESSAGE_BYTES];
  for (int i = 0; i < BATCH; i++) {
    in_parts[i] = (struct iovec){received_bytes[i], MESSAGE_BYTES};
    in[i].msg_hdr.msg_iov = &in_parts[i];
    in[i].msg_hdr.msg_iovlen = 1;
  }
  for (int i = 0; i < outstanding; i++) {
    out[i].msg_hdr.msg_iov = &out_parts[i];
    out[i].msg_hdr.msg_iovlen = 1;
    write_query(queries[i], method);
  }

  uint64_t sent = 0, received = 0, lost = 0, errors = 0, stray = 0, reply_bytes = 0;
  uint64_t begun = now_ns(), end = begun + (uint64_t)(seconds * 1e9), now = begun, swept = begun;
  int pending = 0;
  for (int slot = 0; slot < outstanding; slot++) {
    renew(slot, now);
    out_parts[pending++] = (struct iovec){queries[slot], (size_t)query_length};
  }
  while (now < end) {
    send_all(fd, out, pending);
    sent += (uint64_t)pending;
    pending = 0;
    int count = recvmmsg(fd, in, BATCH, MSG_WAITFORONE, NULL);
    now = now_ns();
    for (int i = 0; i < count; i++) {
      const unsigned char *message = received_bytes[i];
      int length = (int)in[i].msg_len;
      int slot = slot_of(message, length, outstanding);
      int query = ends_with(message, length, "1:y1:qe");
      if (query && (slot < 0 || length != query_length ||
                    memcmp(message, queries[slot], (size_t)length) != 0)) {
        answer_ping(fd, message, length);
        continue;
      }
      if (slot < 0) {
        stray++;
        continue;
      }
      if (ends_with(message, length, "1:y1:ee")) errors++;
      received++;
      reply_bytes += (uint64_t)length;
      uint64_t bin = (now - sent_at[slot]) / BIN_NS;
      histogram[bin < BINS ? bin : BINS - 1]++;
      renew(slot, now);
      out_parts[pending++] = (struct iovec){queries[slot], (size_t)query_length};
    }
    if (now - swept < LOST_NS / 5) continue;
    swept = now;
    for (int slot = 0; slot < outstanding; slot++) {
      if (now - sent_at[slot] < LOST_NS) continue;
      lost++;
      renew(slot, now);
      out_parts[pending++] = (struct iovec){queries[slot], (size_t)query_length};
    }
  }
  printf("{\"sent\":%llu,\"received\":%llu,\"lost\":%llu,\"errors\":%llu,\"stray\":%llu,"
         "\"seconds\":%.6f,\"replyBytes\":%.1f,\"p50Us\":%.1f,\"p99Us\":%.1f}\n",
         (unsigned long long)sent, (unsigned long long)received, (unsigned long long)lost,
         (unsigned long long)errors, (unsigned long long)stray, (double)(now - begun) / 1e9,
         received ? (double)reply_bytes / (double)received : 0.0, percentile_us(received, 0.5),
         percentile_us(received, 0.99));
  return 0;
}

/*
 * A closed-loop load generator for servers over TCP whose replies to one kind of request are all of
 * the same length. It keeps `DEPTH` requests outstanding on each of `CONNECTIONS` connections and
 * sends the next when a reply is whole; or, with `once`, opens a connection for every request. In C
 * with epoll, because a generator on Node.js is itself the bottleneck.
 *
 *     tcp-load PORT SECONDS CONNECTIONS DEPTH kept|once REQUESTS REQUEST_BYTES REPLY_BYTES
 *              PREAMBLE PREAMBLE_REPLY_BYTES OK_AT OK_BYTE [REPLIES]
 *
 * REQUESTS is a file of requests, one behind the other, used in turn. PREAMBLE is a file of bytes that
 * are said once on each connection (empty: nothing), answered by PREAMBLE_REPLY_BYTES. A reply whose byte
 * at OK_AT is not OK_BYTE counts as an error. Ends after SECONDS, or after so many REPLIES if that is
 * sooner. Asks 127.0.0.1 only. Prints one line of JSON.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define DEPTH_MAX 1024
#define READ_BYTES (1 << 20)
#define BIN_NS 500 /* histogram: bins of 0.5 us up to 1 s */
#define BINS 2000000

struct connection {
  int fd;
  size_t preamble_left;        /* bytes of the preamble's reply that are still to come */
  size_t arrived;              /* bytes of the reply that is coming in */
  int bad;                     /* this reply's byte at OK_AT was another one */
  size_t pending, pending_at;  /* bytes to be sent, from `out` */
  unsigned char *out;
  size_t out_size;
  unsigned head, count;        /* ring of the times at which requests were sent */
  uint64_t sent_at[DEPTH_MAX];
};

static struct connection all[CONNECTIONS_MAX];
static uint32_t histogram[BINS];
static unsigned char *requests, *preamble, incoming[READ_BYTES];
static size_t requests_count, request_bytes, reply_bytes, preamble_bytes, preamble_reply_bytes;
static size_t next_request, ok_at;
static int ok_byte, once, poll_fd, port;
static uint64_t received, errors, broken;

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static unsigned char *read_file(const char *name, size_t *length) {
  FILE *file = fopen(name, "rb");
  struct stat about;
  if (file == NULL || fstat(fileno(file), &about) != 0) die(name);
  *length = (size_t)about.st_size;
  unsigned char *bytes = malloc(*length + 1);
  if (bytes == NULL || fread(bytes, 1, *length, file) != *length) die(name);
  fclose(file);
  return bytes;
}

static void queue(struct connection *c, const unsigned char *bytes, size_t length) {
  if (c->pending_at > 0 && c->pending_at == c->pending) c->pending_at = c->pending = 0;
  if (c->pending + length > c->out_size) {
    c->out_size = (c->pending + length) * 2;
    c->out = realloc(c->out, c->out_size);
    if (c->out == NULL) die("realloc");
  }
  memcpy(c->out + c->pending, bytes, length);
  c->pending += length;
}

static void queue_request(struct connection *c, uint64_t now) {
  queue(c, requests + next_request * request_bytes, request_bytes);
  next_request = (next_request + 1) % requests_count;
  c->sent_at[(c->head + c->count++) % DEPTH_MAX] = now;
}

/* Sends what it can; asks to be woken when the rest can go. */
static int flush(struct connection *c) {
  while (c->pending_at < c->pending) {
    ssize_t sent = send(c->fd, c->out + c->pending_at, c->pending - c->pending_at, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return -1;
    if (sent < 0) break;
    c->pending_at += (size_t)sent;
  }
  struct epoll_event wish = {.events = EPOLLIN, .data.ptr = c};
  if (c->pending_at < c->pending) wish.events |= EPOLLOUT;
  return epoll_ctl(poll_fd, EPOLL_CTL_MOD, c->fd, &wish);
}

static void open_connection(struct connection *c, int depth, uint64_t now) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct epoll_event wish = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  struct linger reset = {1, 0}; /* thousands a second would run out of ports in TIME_WAIT */
  int on = 1;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) die("socket");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (once) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (connect(c->fd, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS) {
    die("connect");
  }
  c->preamble_left = preamble_reply_bytes;
  c->arrived = c->pending = c->pending_at = 0;
  c->head = c->count = 0;
  c->bad = 0;
  queue(c, preamble, preamble_bytes);
  for (int i = 0; i < depth; i++) queue_request(c, now);
  if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &wish) != 0) die("epoll_ctl");
}

/* Takes replies apart; returns how many became whole. */
static int take(struct connection *c, const unsigned char *bytes, size_t length, uint64_t now) {
  int whole = 0;
  while (length > 0) {
    if (c->preamble_left > 0) {
      size_t part = length < c->preamble_left ? length : c->preamble_left;
      c->preamble_left -= part;
      bytes += part;
      length -= part;
      continue;
    }
    size_t part = reply_bytes - c->arrived < length ? reply_bytes - c->arrived : length;
    if (c->arrived <= ok_at && ok_at < c->arrived + part && bytes[ok_at - c->arrived] != ok_byte) {
      c->bad = 1;
    }
    c->arrived += part;
    bytes += part;
    length -= part;
    if (c->arrived < reply_bytes) break;
    uint64_t bin = (now - c->sent_at[c->head % DEPTH_MAX]) / BIN_NS;
    histogram[bin < BINS ? bin : BINS - 1]++;
    c->head++;
    c->count--;
    c->arrived = 0;
    received++;
    errors += (uint64_t)c->bad;
    c->bad = 0;
    whole++;
  }
  return whole;
}

static double percentile_us(double part) {
  uint64_t wanted = (uint64_t)((double)received * part), seen = 0;
  for (int bin = 0; bin < BINS; bin++) {
    seen += histogram[bin];
    if (seen > wanted) return (bin + 0.5) * BIN_NS / 1000.0;
  }
  return BINS * (BIN_NS / 1000.0);
}

int main(int argc, char **argv) {
  if (argc != 13 && argc != 14) {
    fprintf(stderr, "tcp-load: 12 or 13 arguments expected, see the source\n");
    return 2;
  }
  port = atoi(argv[1]);
  double seconds = atof(argv[2]);
  int connections = atoi(argv[3]), depth = atoi(argv[4]);
  once = strcmp(argv[5], "once") == 0;
  size_t length;
  requests = read_file(argv[6], &length);
  request_bytes = (size_t)atol(argv[7]);
  reply_bytes = (size_t)atol(argv[8]);
  preamble = read_file(argv[9], &preamble_bytes);
  preamble_reply_bytes = (size_t)atol(argv[10]);
  ok_at = (size_t)atol(argv[11]);
  ok_byte = atoi(argv[12]);
  uint64_t replies = argc == 14 ? strtoull(argv[13], NULL, 10) : UINT64_MAX;
  if (connections < 1 || connections > CONNECTIONS_MAX || depth < 1 || depth > DEPTH_MAX ||
      request_bytes == 0 || reply_bytes == 0 || length < request_bytes) {
    return 2;
  }
  requests_count = length / request_bytes;
  poll_fd = epoll_create1(0);
  uint64_t begun = now_ns(), end = begun + (uint64_t)(seconds * 1e9), now = begun;
  for (int i = 0; i < connections; i++) open_connection(&all[i], depth, now);
  while (now < end && received < replies) {
    struct epoll_event events[CONNECTIONS_MAX];
    int count = epoll_wait(poll_fd, events, CONNECTIONS_MAX, 100);
    now = now_ns();
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      int is_over = 0, whole = 0;
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t got = recv(c->fd, incoming, READ_BYTES, 0);
        if (got > 0) whole = take(c, incoming, (size_t)got, now);
        else if (got == 0 || errno != EAGAIN) is_over = 1;
      }
      if (once && whole > 0) {
        close(c->fd);
        open_connection(c, depth, now);
        continue;
      }
      if (!is_over) {
        for (int j = 0; j < whole; j++) queue_request(c, now);
        is_over = flush(c) != 0;
      }
      if (is_over) {
        broken++;
        close(c->fd);
        open_connection(c, depth, now);
      }
    }
  }
  printf("{\"received\":%llu,\"errors\":%llu,\"broken\":%llu,\"seconds\":%.6f,\"p50Us\":%.1f,"
         "\"p99Us\":%.1f}\n",
         (unsigned long long)received, (unsigned long long)errors, (unsigned long long)broken,
         (double)(now - begun) / 1e9, percentile_us(0.5), percentile_us(0.99));
  return 0;
}

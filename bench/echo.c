/*
 * The ceiling: an echo in C that reads and writes up to 64 datagrams with one system call each, as
 * our own batches do, and looks at none of them. Prints its port, then serves until it is killed.
 *
 *     echo [WORK_NS]           listens on 127.0.0.1
 *
 * With WORK_NS it is busy so long with each datagram before it sends it back: what a server costs that
 * answers in that time and wastes nothing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64
#define MESSAGE_BYTES 2048

static struct mmsghdr messages[BATCH];
static struct iovec parts[BATCH];
static struct sockaddr_in names[BATCH];
static unsigned char bytes[BATCH][MESSAGE_BYTES];

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void work(long long ns) {
  for (long long end = now_ns() + ns; now_ns() < end;) {
  }
}

int main(int argc, char **argv) {
  long long work_ns = argc > 1 ? atoll(argv[1]) : 0;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int buffer_bytes = 4 << 20;
  struct sockaddr_in here = {.sin_family = AF_INET};
  socklen_t here_bytes = sizeof here;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  if (bind(fd, (struct sockaddr *)&here, sizeof here) != 0 ||
      getsockname(fd, (struct sockaddr *)&here, &here_bytes) != 0) {
    perror("echo");
    return 1;
  }
  printf("%u\n", ntohs(here.sin_port));
  fflush(stdout);
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){bytes[i], MESSAGE_BYTES};
      messages[i].msg_hdr = (struct msghdr){
          .msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < count; i++) {
      parts[i].iov_len = messages[i].msg_len;
      if (work_ns > 0) work(work_ns);
    }
    for (int done = 0; done < count;) {
      int sent = sendmmsg(fd, messages + done, (unsigned)(count - done), 0);
      if (sent > 0) done += sent;
      else if (errno != EINTR) done++; /* one that cannot be sent costs the others nothing */
    }
  }
}

/*
 * A server that costs nothing, for measuring clients: one epoll loop, one thread, no work beyond framing. It speaks
 * HTTP, WebSocket and mcpb on three loopback ports of the kernel's choice, printed as one JSON line when it is ready,
 * with the descriptor of its tally.
 * `null-server 100 1000`: it stands still for 100 ms at the end of every 1000 ms.
 */
#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES (1u << 16)
#define EVENTS 1024
#define BACKLOG 4096

static int poller;
static uint8_t input[MAX_MESSAGE + READ_BYTES];
static struct bytes output;

static void die(const char *what) {
  perror(what);
  exit(1);
}

void append(struct bytes *to, const void *from, size_t length) {
  if (to->length + length > to->capacity) {
    to->capacity = 2 * (to->length + length);
    to->data = realloc(to->data, to->capacity);
    if (to->data == NULL) die("realloc");
  }
  memcpy(to->data + to->length, from, length);
  to->length += length;
}

static void release(struct bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){0};
}

static void watch(struct connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  if (epoll_ctl(poller, operation, connection->fd, &event) < 0) die("epoll_ctl");
}

static void close_connection(struct connection *connection) {
  tally->connections -= connection->answered;
  close(connection->fd);
  release(&connection->unread);
  release(&connection->unsent);
  free(connection);
}

static struct connection *open_connection(int fd, take_message *take, bool listening) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) die("calloc");
  connection->fd = fd;
  connection->take = take;
  connection->listening = listening;
  watch(connection, EPOLL_CTL_ADD, EPOLLIN);
  return connection;
}

static void accept_all(const struct connection *listener) {
  int fd, on = 1;
  while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    open_connection(fd, listener->take, false);
  }
  if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) die("accept");
}

/* Bytes sent, fewer than `length` when the socket is full, or -1 when the peer is gone. */
static ssize_t try_send(int fd, const uint8_t *data, size_t length) {
  ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
  return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

/* Sends `output`; what does not fit waits in `unsent`, and nothing more is read until it is gone. False: closed. */
static bool flush_output(struct connection *connection, bool closing) {
  ssize_t sent = output.length == 0 ? 0 : try_send(connection->fd, output.data, output.length);
  if (sent >= 0 && (size_t)sent < output.length) {
    append(&connection->unsent, output.data + sent, output.length - (size_t)sent);
    connection->closing = closing;
    watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
    return true;
  }
  if (sent >= 0 && !closing) return true;
  close_connection(connection);
  return false;
}

static void on_writable(struct connection *connection) {
  struct bytes *unsent = &connection->unsent;
  ssize_t sent = try_send(connection->fd, unsent->data, unsent->length);
  if (sent < 0 || ((size_t)sent == unsent->length && connection->closing)) {
    close_connection(connection);
    return;
  }
  unsent->length -= (size_t)sent;
  memmove(unsent->data, unsent->data + sent, unsent->length);
  if (unsent->length > 0) return;
  release(unsent);
  watch(connection, EPOLL_CTL_MOD, EPOLLIN);
}

static void on_readable(struct connection *connection) {
  struct bytes *unread = &connection->unread;
  ssize_t got = recv(connection->fd, input + unread->length, READ_BYTES, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    close_connection(connection);
    return;
  }
  if (unread->length > 0) memcpy(input, unread->data, unread->length);
  size_t end = unread->length + (size_t)got, at = 0;
  ssize_t taken = 0;
  output.length = 0;
  while (at < end && (taken = connection->take(connection, input + at, end - at, &output)) > 0) at += (size_t)taken;
  if (!flush_output(connection, taken < 0 || end - at > MAX_MESSAGE)) return;
  if (unread->length > 0) release(unread);
  if (at < end && !connection->closing) append(unread, input + at, end - at);
}

static int listen_on_loopback(take_message *take) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, BACKLOG) < 0) die("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) die("getsockname");
  open_connection(fd, take, true);
  return ntohs(address.sin_port);
}

static void raise_fd_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
}

static void on_signal(int number) {
  (void)number;
  _exit(0);
}

static struct timespec freeze;

static struct timespec timespec_of(long milliseconds) {
  return (struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
}

/* Runs inside the signal, wherever the loop was: nothing is accepted, read or sent meanwhile. */
static void stand_still(int number) {
  (void)number;
  int error = errno;
  nanosleep(&freeze, NULL);
  errno = error;
}

static void freeze_every(long milliseconds) {
  struct timespec period = timespec_of(milliseconds);
  struct timeval every = {.tv_sec = period.tv_sec, .tv_usec = period.tv_nsec / 1000};
  signal(SIGALRM, stand_still);
  if (setitimer(ITIMER_REAL, &(struct itimerval){every, every}, NULL) < 0) die("setitimer");
}

int main(int count, char **arguments) {
  signal(SIGTERM, on_signal);
  signal(SIGINT, on_signal);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  raise_fd_limit();
  int shared = share_tally();
  if (shared < 0) die("share_tally");
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) die("epoll_create1");
  int http = listen_on_loopback(take_http_request);
  int websocket = listen_on_loopback(take_websocket_upgrade);
  int tcp = listen_on_loopback(take_mcpb_frame);
  printf("{\"http\":%d,\"websocket\":%d,\"tcp\":%d,\"tally\":%d}\n", http, websocket, tcp, shared);
  fflush(stdout);
  if (count == 3) {
    freeze = timespec_of(atol(arguments[1]));
    freeze_every(atol(arguments[2]));
  }

  struct epoll_event events[EVENTS];
  for (;;) {
    int ready = epoll_wait(poller, events, EVENTS, -1);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (connection->listening) accept_all(connection);
      else if (connection->unsent.length > 0) on_writable(connection);
      else on_readable(connection);
    }
  }
}

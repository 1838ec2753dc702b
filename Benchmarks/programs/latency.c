// latency FOLDER MILLISECONDS
//
// Serves FOLDER/NNNN.html at /p/NNNN.html after a delay, over keep-alive HTTP/1.1
// on a free port of loopback, and prints that port. `/delay/MS` answers after its
// own delay. nginx has no delay of its own; this stands in for a distant server.
//
// One request at a time on a connection: no contender of the benchmarks pipelines.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { page_count = 1000, head_capacity = 8192 };

struct answer {
  char *bytes;
  size_t length;
};

// A connection waits in one list, ordered by its deadline, until its answer is due.
struct connection {
  struct connection *earlier, *later;
  long long due;  // microseconds
  const struct answer *answer;
  size_t sent, received;
  int socket;
  char head[head_capacity];
};

static struct answer pages[page_count], missing, empty;
static struct connection waiting;  // the ring's head: waiting.later is due first
static int poller;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static struct answer compose(const char *status, const char *body, size_t length) {
  char head[256];
  int head_length = snprintf(head, sizeof head,
                             "HTTP/1.1 %s\r\nServer: latency\r\nContent-Type: text/html\r\n"
                             "Content-Length: %zu\r\nConnection: keep-alive\r\n\r\n",
                             status, length);
  struct answer answer = {malloc((size_t)head_length + length), (size_t)head_length + length};
  if (answer.bytes == NULL) exit(1);
  memcpy(answer.bytes, head, (size_t)head_length);
  if (length > 0) memcpy(answer.bytes + head_length, body, length);
  return answer;
}

static void load(const char *folder) {
  char path[4096];
  static char body[1 << 20];
  for (int number = 0; number < page_count; number++) {
    snprintf(path, sizeof path, "%s/%04d.html", folder, number);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
      perror(path);
      exit(1);
    }
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    pages[number] = compose("200 OK", body, length);
  }
  missing = compose("404 Not Found", NULL, 0);
  empty = compose("200 OK", "<title>later</title>", 20);
}

static void leave_ring(struct connection *connection) {
  connection->earlier->later = connection->later;
  connection->later->earlier = connection->earlier;
  connection->earlier = connection->later = connection;
}

static void wait_until(struct connection *connection, long long due) {
  struct connection *place = waiting.earlier;
  while (place != &waiting && place->due > due) place = place->earlier;
  connection->due = due;
  connection->earlier = place;
  connection->later = place->later;
  place->later->earlier = connection;
  place->later = connection;
}

static void watch(struct connection *connection, int operation, unsigned what) {
  struct epoll_event event = {.events = what, .data.ptr = connection};
  epoll_ctl(poller, operation, connection->socket, &event);
}

static void end(struct connection *connection) {
  leave_ring(connection);
  close(connection->socket);
  free(connection);
}

// Sends what is left of the answer; then the connection reads its next request.
static void send_answer(struct connection *connection) {
  const struct answer *answer = connection->answer;
  while (connection->sent < answer->length) {
    ssize_t count = send(connection->socket, answer->bytes + connection->sent,
                         answer->length - connection->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count <= 0) {
      watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
      return;
    }
    connection->sent += (size_t)count;
  }
  connection->answer = NULL;
  connection->received = 0;
  watch(connection, EPOLL_CTL_MOD, EPOLLIN);
}

static void receive(struct connection *connection, long long delay) {
  ssize_t count = recv(connection->socket, connection->head + connection->received,
                       head_capacity - 1 - connection->received, MSG_DONTWAIT);
  if (count <= 0) {
    end(connection);
    return;
  }
  connection->received += (size_t)count;
  connection->head[connection->received] = 0;
  if (strstr(connection->head, "\r\n\r\n") == NULL) {
    if (connection->received == head_capacity - 1) end(connection);
    return;
  }
  int number = -1, milliseconds = 0;
  connection->answer = &missing;
  if (sscanf(connection->head, "GET /p/%d.html", &number) == 1 && number >= 0 && number < page_count) {
    connection->answer = &pages[number];
  } else if (sscanf(connection->head, "GET /delay/%d", &milliseconds) == 1 && milliseconds >= 0) {
    connection->answer = &empty;
    delay = (long long)milliseconds * 1000;
  }
  connection->sent = 0;
  watch(connection, EPOLL_CTL_MOD, 0);  // only a hang-up matters while it waits
  wait_until(connection, now() + delay);
}

static void accept_all(int listener) {
  for (;;) {
    int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
      close(socket);
      return;
    }
    connection->socket = socket;
    connection->earlier = connection->later = connection;
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
  }
}

static int listen_on_loopback(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 4096) < 0 ||
      getsockname(listener, (struct sockaddr *)&address, &length) < 0) {
    perror("latency: listen");
    exit(1);
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: latency FOLDER MILLISECONDS\n");
    return 64;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlives the harness
  long long delay = atoll(arguments[2]) * 1000;
  load(arguments[1]);
  waiting.earlier = waiting.later = &waiting;
  poller = epoll_create1(EPOLL_CLOEXEC);
  int listener = listen_on_loopback();
  struct epoll_event listening = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &listening);

  struct epoll_event events[256];
  for (;;) {
    int timeout = -1;
    if (waiting.later != &waiting) {
      long long left = waiting.later->due - now();
      timeout = left <= 0 ? 0 : (int)((left + 999) / 1000);
    }
    int ready = epoll_wait(poller, events, 256, timeout);
    for (int index = 0; index < ready; index++) {
      struct connection *connection = events[index].data.ptr;
      if (connection == NULL) accept_all(listener);
      else if (events[index].events & (EPOLLERR | EPOLLHUP)) end(connection);
      else if (connection->answer != NULL) send_answer(connection);
      else receive(connection, delay);
    }
    long long time = now();
    while (waiting.later != &waiting && waiting.later->due <= time) {
      struct connection *connection = waiting.later;
      leave_ring(connection);
      send_answer(connection);
    }
  }
}

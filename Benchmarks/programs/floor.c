// floor URLS CONCURRENCY
//
// The least that libcurl can do: download every URL of a file on one thread with
// curl_multi_socket_action and epoll, keep-alive and reused easy handles, and
// count statuses and bytes. It parses nothing and writes no rows.

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static FILE *urls;
static CURLM *multi;
static int poller;
static long timeout_ms = -1;
static long long bytes, good, bad, broken;

static size_t count_body(char *data, size_t size, size_t count, void *context) {
  bytes += (long long)(size * count);
  return size * count;
}

// libcurl says which socket to watch. A socket that is new to libcurl carries no
// pointer yet, which tells EPOLL_CTL_ADD from EPOLL_CTL_MOD.
static int watch(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
  struct epoll_event event = {.data.fd = socket};
  if (what == CURL_POLL_REMOVE) return epoll_ctl(poller, EPOLL_CTL_DEL, socket, &event), 0;
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
  epoll_ctl(poller, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  if (!known) curl_multi_assign(multi, socket, &poller);
  return 0;
}

static int set_timeout(CURLM *handle, long milliseconds, void *context) {
  timeout_ms = milliseconds;
  return 0;
}

// Starts the next URL on this handle; false at the end of the list.
static int start(CURL *easy) {
  static char line[8192];
  if (fgets(line, sizeof line, urls) == NULL) return 0;
  line[strcspn(line, "\n")] = 0;
  curl_easy_setopt(easy, CURLOPT_URL, line);
  return curl_multi_add_handle(multi, easy) == CURLM_OK;
}

// Counts what is finished and reuses its handle.
static int collect(void) {
  int ended = 0, left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    CURL *easy = message->easy_handle;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (message->data.result != CURLE_OK) broken++;
    else if (status == 200) good++;
    else bad++;
    curl_multi_remove_handle(multi, easy);
    if (!start(easy)) curl_easy_cleanup(easy), ended++;
  }
  return ended;
}

int main(int count, char **arguments) {
  long concurrency = count == 3 ? strtol(arguments[2], NULL, 10) : 0;
  if (concurrency < 1 || (urls = fopen(arguments[1], "r")) == NULL) {
    fprintf(stderr, "usage: floor URLS CONCURRENCY\n");
    return 64;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  multi = curl_multi_init();
  poller = epoll_create1(EPOLL_CLOEXEC);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timeout);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, concurrency);

  long active = 0;
  for (long index = 0; index < concurrency; index++) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_body);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (start(easy)) active++;
    else curl_easy_cleanup(easy);
  }

  struct epoll_event events[256];
  int running;
  while (active > 0) {
    int ready = epoll_wait(poller, events, 256, (int)timeout_ms);
    if (ready == 0 || timeout_ms == 0) {
      timeout_ms = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    for (int index = 0; index < ready; index++) {
      unsigned mask = events[index].events;
      int what = (mask & EPOLLIN ? CURL_CSELECT_IN : 0) | (mask & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                 (mask & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi, events[index].data.fd, what, &running);
    }
    active -= collect();
  }
  printf("{\"good\": %lld, \"bad\": %lld, \"broken\": %lld, \"bytes\": %lld}\n", good, bad, broken, bytes);
  return good > 0 && bad + broken == 0 ? 0 : 1;
}

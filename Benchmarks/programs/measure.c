// measure RESULT COMMAND...
//
// Runs COMMAND and writes to RESULT, as JSON, what it cost: wall seconds, user
// and system CPU seconds of the whole process tree that it waited for, and the
// largest resident set of any process in it (KiB).
//
// Why not the harness itself: on Linux a process inherits, across exec, the
// resident set of the one that forked it as a lower bound of its own peak. A
// Python parent would hide every contender smaller than Python.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: measure RESULT COMMAND...\n");
    return 64;
  }
  // Neither this process nor the measured one outlives the harness.
  prctl(PR_SET_PDEATHSIG, SIGKILL);

  double start = now();
  pid_t child = fork();
  if (child < 0) {
    perror("measure: fork");
    return 1;
  }
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(arguments[2], arguments + 2);
    fprintf(stderr, "measure: %s: %s\n", arguments[2], strerror(errno));
    _exit(127);
  }

  int status = 0;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) {
      perror("measure: wait4");
      return 1;
    }
  }
  double wall = now() - start;

  FILE *result = fopen(arguments[1], "w");
  if (result == NULL) {
    perror("measure: result");
    return 1;
  }
  fprintf(result,
          "{\"wall\": %.6f, \"user\": %.6f, \"system\": %.6f, \"max_rss_kib\": %ld, "
          "\"exit\": %d, \"signal\": %d}\n",
          wall, seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return fclose(result) == 0 ? 0 : 1;
}

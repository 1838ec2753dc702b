// What is said when the process ends by a fault of its own: a line on standard error, and then the signal's own end, so
// that the exit status stays true. Everything here is safe in a signal handler (signal-safety(7)).
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIPE_CRASH_SIGNALS 6
#define PIPE_CRASH_STACK (64 << 10)

struct pipe_crash_report {
  int signals[PIPE_CRASH_SIGNALS];
  // Whoever was to be told before: a sanitizer, or Swift's backtraces.
  struct sigaction earlier[PIPE_CRASH_SIGNALS];
  int reporting;
  // Whether rows are written.
  int writes_rows;
};

static inline struct pipe_crash_report *pipe_crash_state(void) {
  static struct pipe_crash_report report = {{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP}, {}, 0, 0};
  return &report;
}

static inline const char *pipe_crash_words(int number) {
  switch (number) {
  case SIGSEGV: return "SIGSEGV, an invalid access to memory";
  case SIGBUS: return "SIGBUS, an access to memory that failed";
  case SIGILL: return "SIGILL, a failed check or an invalid instruction";
  case SIGFPE: return "SIGFPE, an arithmetic fault";
  case SIGABRT: return "SIGABRT, an abort";
  default: return "SIGTRAP, a failed check";
  }
}

static inline size_t pipe_crash_append(char *line, size_t length, size_t size, const char *text) {
  while (*text && length < size) line[length++] = *text++;
  return length;
}

static inline void pipe_crashed(int number, siginfo_t *information, void *context) {
  (void)context;
  struct pipe_crash_report *report = pipe_crash_state();
  if (!__atomic_exchange_n(&report->reporting, 1, __ATOMIC_ACQ_REL)) {
    char line[512];
    size_t length = 0;
    length = pipe_crash_append(line, length, sizeof line, "pipe: crashed by ");
    length = pipe_crash_append(line, length, sizeof line, pipe_crash_words(number));
    length = pipe_crash_append(
        line, length, sizeof line,
        report->writes_rows ? ": this is a fault in pipe. The rows written so far are whole; run again for the rest, and "
                            : ": this is a fault in pipe; ");
    length = pipe_crash_append(
        line, length, sizeof line, "please report it with the spec and `pipe --version`\n");
    // Nobody may be reading.
    struct pollfd ready = {STDERR_FILENO, POLLOUT, 0};
    if (poll(&ready, 1, 1000) > 0 && write(STDERR_FILENO, line, length) < 0) {
      // There is nobody else to tell.
    }
  }
  for (int index = 0; index < PIPE_CRASH_SIGNALS; index++) {
    if (report->signals[index] != number) continue;
    // Swift's backtraces go to standard output, which carries data alone. What another thread has not written by now
    // would be lost with the process in any case.
    const int is_told = report->earlier[index].sa_handler != SIG_DFL;
    if (is_told && dup2(STDERR_FILENO, STDOUT_FILENO) < 0) close(STDOUT_FILENO);
    sigaction(number, &report->earlier[index], NULL);
  }
  // What failed fails again, and whoever is told then sees where. A signal that somebody sent does not come again, and
  // behind some traps the program would go on.
  if (information->si_code > 0 && number != SIGTRAP) return;
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  pthread_sigmask(SIG_UNBLOCK, &only, NULL);
  raise(number);
  // Swift's handler leaves it at its words, and waits for what failed to fail again.
  signal(number, SIG_DFL);
  raise(number);
}

// Gives the calling thread a stack of its own for the report, without which an overflow of its stack would end the
// process without a word. It stays for the thread's life, and costs memory only when it is used.
static inline void pipe_cover_thread(void) {
  stack_t stack;
  if (sigaltstack(NULL, &stack) || !(stack.ss_flags & SS_DISABLE)) return;
  void *memory = mmap(NULL, PIPE_CRASH_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  stack = (stack_t){.ss_sp = memory, .ss_flags = 0, .ss_size = PIPE_CRASH_STACK};
  if (sigaltstack(&stack, NULL)) munmap(memory, PIPE_CRASH_STACK);
}

static inline void pipe_report_crashes(int writes_rows) {
  struct pipe_crash_report *report = pipe_crash_state();
  report->writes_rows = writes_rows;
  pipe_cover_thread();
  for (int index = 0; index < PIPE_CRASH_SIGNALS; index++) {
    struct sigaction action = {.sa_flags = SA_ONSTACK | SA_SIGINFO};
    action.sa_sigaction = pipe_crashed;
    sigemptyset(&action.sa_mask);
    sigaction(report->signals[index], &action, &report->earlier[index]);
  }
}

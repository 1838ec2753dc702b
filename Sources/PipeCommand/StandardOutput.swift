import ArgumentParser
import Glibc
import PipeSpec
import PipeText

/// Standard output: data alone.
enum StandardOutput {
  static var isTerminal: Bool { isatty(1) == 1 }

  /// Whether colour is welcome.
  static var takesColor: Bool { StandardError.takesColor(1) }

  /// Columns of the terminal; 80 where there is none.
  static var width: Int { StandardError.width(1) }

  /// Writes a text whole, and ends its line.
  ///
  /// - Throws: An exit code once the person is told why it cannot be written: what is lost must not look like success.
  static func write(_ text: String, terminator: String = "\n") throws {
    var text = text + terminator
    let failure = text.withUTF8 { bytes -> Int32? in
      var start = 0
      while start < bytes.count {
        let count = Glibc.write(1, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count >= 0 {
          start += count
          continue
        }
        switch errno {
        case EINTR: continue
        case EAGAIN:
          var ready = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
          _ = poll(&ready, 1, -1)
        default: return errno
        }
      }
      return nil
    }
    // Whoever goes away, as head does, has read enough.
    guard let failure, failure != EPIPE else { return }
    StandardError.say("pipe: standard output cannot be written: \(String(cString: strerror(failure)))")
    throw ExitStatus.failed
  }
}

/// The descriptors 0, 1 and 2, which a caller may have closed.
enum StandardStreams {
  /// Opens those that are closed, so that no file of the run gets their numbers: standard input is empty then, and
  /// writing to standard output fails.
  static func fillGaps() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number is the one that is missing. Where there is no /dev/null, a descriptor will do that nothing
      // can be read from or written to.
      if open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY) < 0 { _ = open("/", O_RDONLY) }
    }
  }
}

/// The arguments of the command line, in which names of files may be any bytes.
enum CommandLineArguments {
  static var all: [String] {
    let count = Int(CommandLine.argc)
    return (1..<max(1, count)).compactMap { index in CommandLine.unsafeArgv[index].map { String(path: $0) } }
  }
}

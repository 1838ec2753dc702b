import Glibc
import PipeSpec
import PipeText
import Synchronization

/// Standard error: what is said to the person.
struct StandardError: TextOutputStream {
  mutating func write(_ text: String) { LiveTerminal.say(PathText.shown(text)) }

  /// Writes a text as it is, with as few calls as it takes.
  static func write(raw text: String) {
    var text = text
    text.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        let count = Glibc.write(2, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count <= 0 {
          if errno == EINTR { continue }
          if errno == EAGAIN {
            var ready = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
            _ = poll(&ready, 1, -1)
            continue
          }
          return
        }
        start += count
      }
    }
  }

  /// The system's number for asking how much a pipe holds (fcntl(2), F_GETPIPE_SZ), which the C library has for GNU alone.
  private static let pipeSize: Int32 = 1032

  /// Whether a line can be written without waiting for a reader, and leaves a pipe half empty: what the person has to know
  /// must find room there.
  static var hasRoomForLog: Bool {
    var ready = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
    if poll(&ready, 1, 0) == 0 { return false }
    let size = fcntl(2, pipeSize)
    var unread: Int32 = 0
    return size <= 0 || ioctl(2, UInt(FIONREAD), &unread) != 0 || unread < size / 2
  }

  private static let speaksEvents = Atomic(false)

  /// From now on what is said is an event a line, for programs (`--progress json`).
  static func speakEvents() { speaksEvents.store(true, ordering: .releasing) }

  static func say(_ text: String) {
    if speaksEvents.load(ordering: .acquiring) {
      let event: JSONText = ["event": "notice", "text": .string(PathText.shown(text))]
      return LiveTerminal.say(event.text + "\n")
    }
    var stream = StandardError()
    stream.write(text + "\n")
  }

  static var isTerminal: Bool { isatty(2) == 1 }

  /// Whether colour is welcome (https://no-color.org).
  static var takesColor: Bool { takesColor(2) }

  /// Whether it is on a stream.
  static func takesColor(_ descriptor: Int32) -> Bool { isCapable(descriptor) && !isSet("NO_COLOR") }

  /// Whether a line can be rewritten where somebody sees it: not by a job in the background.
  static var takesLiveLine: Bool { isCapable(2) && isInForeground }

  /// Whether the terminal, if it is one, is this job's now.
  static var isInForeground: Bool { !isTerminal || tcgetpgrp(2) == getpgrp() }

  /// Whether it is a terminal that can do more than print, and no log of a CI service.
  private static func isCapable(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb" && !isSet("CI")
  }

  /// Whether an environment variable is there and not empty.
  private static func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }

  /// Columns of the terminal; 80 where there is none.
  static var width: Int { width(2) }

  /// Lines of the terminal; 24 where there is none.
  static var height: Int {
    var size = winsize()
    return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
  }

  /// Whether the terminal shows more than ASCII (setlocale(3) on which variable wins).
  static var isUnicode: Bool {
    let names: [String] = ["LC_ALL", "LC_CTYPE", "LANG"]
    let name = names.lazy.compactMap { name in getenv(name).map { String(cString: $0) } }.first { !$0.isEmpty }
    let encoding = name?.uppercased() ?? ""
    return encoding.hasSuffix("UTF-8") || encoding.hasSuffix("UTF8")
  }

  static func width(_ descriptor: Int32) -> Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}

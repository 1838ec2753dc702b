internal import CLibpcre2
internal import PipeText
internal import Synchronization

/// The owner of a pattern that PCRE2 compiled, and of what searching with it needs.
///
/// `@unchecked Sendable`: PCRE2's code block is constant once compiled (pcre2api, "Multithreading"), and
/// every search takes a workspace of its own from the pool.
final class CompiledPattern: @unchecked Sendable {
  enum Outcome {
    case found, noMatch, gaveUp
  }

  let groupCount: Int
  let groupNames: [ExactText: Int]
  private let code: OpaquePointer
  /// What one step of a search is charged at least, and the highest group referred back to.
  private let step: Int64
  private let highestReference: UInt32
  /// Workspaces at rest: never more than searches that ran side by side.
  private let pool = Mutex<[SearchWorkspace]>([])

  init(_ pattern: String, flags: RegularExpression.Flags) throws(RegularExpression.Fault) {
    guard pattern.utf8.count <= 65_536 else {
      throw RegularExpression.Fault("it is longer than 64 KiB", range: 0..<pattern.utf8.count)
    }
    // \C would cut a character in two.
    var options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT
    if flags.contains(.ignoreCase) { options |= PCRE2_CASELESS }
    if flags.contains(.multiline) { options |= PCRE2_MULTILINE }
    if flags.contains(.dotMatchesAll) { options |= PCRE2_DOTALL }
    if flags.contains(.extended) { options |= PCRE2_EXTENDED }
    var status: Int32 = 0
    var offset = 0
    var copy = pattern
    let code = copy.withUTF8 { bytes in
      pcre2_compile_8(bytes.baseAddress, bytes.count, options, &status, &offset, Self.lineEnds)
    }
    guard let code else {
      if let fault = ForeignEscape.fault(before: offset, in: pattern) { throw fault }
      throw RegularExpression.Fault(Self.message(status), range: Self.scalar(before: offset, in: pattern))
    }
    // Where this processor has no compiler, the interpreter does the same under the same bounds.
    _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    self.code = code
    groupCount = Int(Self.information(UInt32(PCRE2_INFO_CAPTURECOUNT), of: code))
    highestReference = Self.information(UInt32(PCRE2_INFO_BACKREFMAX), of: code)
    // An item that must repeat compares this much before it is seen to fail.
    step = 1 + Int64(Self.information(UInt32(PCRE2_INFO_MINLENGTH), of: code)) / 16
    groupNames = Self.names(of: code)
  }

  deinit { pcre2_code_free_8(code) }

  /// Searches from the start and on after each match for as long as `visit` asks for more.
  ///
  /// - Parameters:
  ///   - steps: What it may take, besides 16 steps for each byte of the text.
  ///   - visit: Gets the places of the match's groups, and the text.
  func search(
    _ text: String, within steps: inout RegularExpression.Steps,
    visit: (SearchWorkspace, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Outcome {
    let pooled = pool.withLock { $0.popLast() }
    guard let workspace = pooled ?? SearchWorkspace(for: code) else { return .gaveUp }
    defer { pool.withLock { $0.append(workspace) } }
    var text = text
    return text.withUTF8 { bytes in
      let read = 16 * Int64(bytes.count)
      workspace.begin(budget: steps.left + read, step: step, highestReference: highestReference)
      defer { steps.left = min(steps.left, workspace.budget) }
      var start = 0
      var options = PCRE2_NO_UTF_CHECK  // a Swift string is valid UTF-8
      var hasFound = false
      while start <= bytes.count {
        let status = pipe_regex_match(
          code, bytes.baseAddress, bytes.count, start, options, workspace.data, workspace.context)
        if status == PCRE2_ERROR_NOMATCH { break }
        guard status > 0 else { return .gaveUp }
        hasFound = true
        guard visit(workspace, bytes) else { break }
        let match = workspace.range(of: 0) ?? start..<start
        // After an empty match the next one must be longer, or begin later.
        let isStuck = match.isEmpty || match.upperBound <= start
        options = PCRE2_NO_UTF_CHECK | (isStuck ? PCRE2_NOTEMPTY_ATSTART : 0)
        start = max(match.upperBound, start)
      }
      return hasFound ? .found : .noMatch
    }
  }

  /// Lines end in LF, CR or both, as texts of the web do; PCRE2's own default leaves a CR at the end of each line.
  ///
  /// Never freed and never changed once made, so that compilers may share it.
  private nonisolated(unsafe) static let lineEnds: OpaquePointer? = {
    let context = pcre2_compile_context_create_8(nil)
    if let context { pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF)) }
    return context
  }()

  private static func information(_ what: UInt32, of code: OpaquePointer) -> UInt32 {
    var value: UInt32 = 0
    _ = pcre2_pattern_info_8(code, what, &value)
    return value
  }

  /// The name table (pcre2api, PCRE2_INFO_NAMETABLE): entries of one size, a number of two bytes and a
  /// name that a zero ends.
  private static func names(of code: OpaquePointer) -> [ExactText: Int] {
    let count = Int(information(UInt32(PCRE2_INFO_NAMECOUNT), of: code))
    let size = Int(information(UInt32(PCRE2_INFO_NAMEENTRYSIZE), of: code))
    var table: UnsafePointer<UInt8>?
    guard count > 0, pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table) == 0, let table else {
      return [:]
    }
    var names: [ExactText: Int] = [:]
    for index in 0..<count {
      let entry = UnsafeBufferPointer(start: table + index * size, count: size)
      let name = String(decoding: entry[2...].prefix { $0 != 0 }, as: UTF8.self)
      names[ExactText(name)] = Int(entry[0]) << 8 | Int(entry[1])
    }
    return names
  }

  private static func message(_ status: Int32) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
      let length = pcre2_get_error_message_8(status, buffer.baseAddress, buffer.count)
      guard length > 0 else { return "it has a fault" }
      return String(decoding: buffer[..<Int(length)], as: UTF8.self)
    }
  }

  /// The character that PCRE2 had just read when it stopped.
  private static func scalar(before offset: Int, in pattern: String) -> Range<Int> {
    let bytes = Array(pattern.utf8)
    var end = min(max(offset, 1), bytes.count)
    guard end > 0 else { return 0..<0 }
    // PCRE2 stops within a character where it reads an escape by bytes.
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    var start = end - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start..<end
  }
}

/// What a page shows as words, numbers and marks in their order, hashed as they come, without what each page of a trap has
/// otherwise although it says nothing:
///
/// - the words of its own URL, its numbers and their neighbours, so that a page that repeats its URL, counts itself or
///   leads to the next one is as any other;
/// - dates: the names of months and days, numbers beside them, `2024-05-12`, years beside such a number, and numbers up to
///   31 that follow each other, as the days of a month;
/// - clock times with seconds, or of now, and how long a page took (`0.1234 seconds`);
/// - marks beside anything of this.
struct ShownTokens {
  /// A word or a number, and how it is joined to the one before it.
  private struct Token {
    var hash: UInt64 = 0
    /// `Int.min` for a word, and for a number that is too long.
    var number = Int.min
    var digits = 0
    /// The one byte between it and the token before; 0 if there are more or others than marks.
    var joint: UInt8 = 0
    /// What stands between them, but for space.
    var marks: UInt64 = 0
    var isOwn = false
    /// Whether it is the name of a month or a day.
    var isDateWord = false
    /// Whether it is a number with `s` at its end, or with `ms`.
    var isTimed = false
    var isTimedFinely = false

    var isTimeUnit: Bool { number == .min && ShownTokens.timeUnits.contains(hash) }
    var isMilliseconds: Bool { number == .min && ShownTokens.milliseconds.contains(hash) }
    var isSmall: Bool { 0...31 ~= number }
    var isYear: Bool { 1900...2199 ~= number && digits == 4 }
  }

  /// The words of the page's own URL, with a bit for each of them, and its numbers.
  private var own: [UInt64] = []
  private var ownBits: UInt64 = 0
  private var ownNumbers: [Int] = []
  private let minute: Int?
  private var state: UInt64 = 0
  /// A ring of two tokens that were judged, the one that is, and two behind it, from `first` on.
  private var window = InlineArray<8, Token>(repeating: Token())
  private var first = 0
  /// Of the marks since the last token.
  private var marks: UInt64 = 0
  private var joint: UInt8 = 0
  private var hasGap = true
  /// Whether the last token counts.
  private var isKept = true

  init(at url: WebURL, minute: Int?) {
    self.minute = minute
    let href = url.href.utf8.span
    addOwn(href)
    var decoded: [UInt8] = []
    var index = 0
    while index < href.count {
      if let byte = Self.escaped(href, at: index) {
        decoded.append(byte)
        index += 3
      } else {
        decoded.append(href[index])
        index += 1
      }
    }
    if decoded.count < href.count { addOwn(decoded.span) }
  }

  private mutating func addOwn(_ text: Span<UInt8>) {
    Self.forEachToken(of: text, in: 0..<text.count, { _ in }) { token in
      if token.number != .min { ownNumbers.append(token.number) }
      own.append(token.hash)
      ownBits |= 1 << (token.hash >> 58)
    }
  }

  private static func escaped(_ text: Span<UInt8>, at index: Int) -> UInt8? {
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte & 15
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): (byte & 7) + 9
      default: nil
      }
    }
    guard text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = digit(text[index + 1]),
      let low = digit(text[index + 2])
    else { return nil }
    return high << 4 | low
  }

  /// What was added, as a hash.
  mutating func end() -> UInt64 {
    push(Token())
    push(Token())
    if isKept, marks != 0 { state = Self.mixed(state ^ marks) }
    return Self.mixed(state)
  }

  // MARK: Adding

  mutating func add(_ text: Span<UInt8>, in range: Range<Int>) {
    Self.forEachToken(of: text, in: range, { addMark($0) }) { add($0) }
    hasGap = true
  }

  /// A byte that is neither a letter nor a digit.
  mutating func addMark(_ byte: UInt8) {
    if byte.isSpace {
      hasGap = true
    } else {
      joint = marks == 0 && !hasGap ? byte : 0
      hasGap = hasGap || marks != 0
      marks = marks &* 31 &+ UInt64(byte)
    }
  }

  private mutating func add(_ token: Token) {
    var token = token
    token.marks = marks
    token.joint = hasGap ? 0 : joint
    (marks, joint, hasGap) = (0, 0, false)
    token.isOwn = isOwn(token)
    token.isDateWord = token.number == .min && Self.dateWords.contains(token.hash)
    push(token)
  }

  private func isOwn(_ token: Token) -> Bool {
    if ownBits & 1 << (token.hash >> 58) != 0, own.contains(token.hash) { return true }
    if token.number == .min { return false }
    for number in ownNumbers where -1...1 ~= number - token.number { return true }
    return false
  }

  /// Where a link leads, by its words. Escapes part them, as the URL of the page stands in that of a service to share it.
  mutating func addName(_ name: Span<UInt8>) {
    var start = 0
    func flush(_ end: Int) { if start < end { add(name, in: start..<end) } }
    var index = 0
    while index < name.count {
      if name[index] == UInt8(ascii: "%"), index + 2 < name.count {
        flush(index)
        index += 3
        start = index
      } else {
        index += 1
      }
    }
    flush(name.count)
  }

  /// Something that counts as it stands.
  mutating func add(hash: UInt64) {
    (marks, joint, hasGap) = (0, 0, true)
    add(Token(hash: hash | 1))
    hasGap = true
  }

  /// The words in a script. Names of its own, numbers and codes are left out.
  mutating func addWords(ofScript text: Span<UInt8>, in range: Range<Int>) {
    Self.forEachToken(of: text, in: range, { _ in }, isWord: true) { token in
      if token.digits > 0 { return }
      (marks, joint, hasGap) = (0, 0, true)
      add(token)
    }
  }

  /// Calls closures with what stands between words, and with each word and number.
  ///
  /// - Parameter isWord: Whether a word with capitals inside counts as one with digits.
  @inline(__always)
  private static func forEachToken(
    of text: Span<UInt8>, in range: Range<Int>, _ mark: (UInt8) -> Void, isWord: Bool = false, _ body: (Token) -> Void
  ) {
    var index = range.lowerBound
    let end = range.upperBound
    while index < end {
      var token = Token()
      var hash: UInt64 = 0
      var number = 0
      var lettersBehind: UInt64 = 0
      var letters = 0
      var capitals = 0
      let start = index
      scan: while index < end {
        var byte = text[index]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
          token.digits += 1
          number = number < 1 << 40 ? number * 10 + Int(byte & 15) : number
          lettersBehind = 0
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
          if index > start { capitals += 1 }
          byte |= 0x20
          letters += 1
          lettersBehind = lettersBehind << 8 | UInt64(byte)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...0xFF:
          letters += 1
          lettersBehind = lettersBehind << 8 | UInt64(byte)
        default: break scan
        }
        // Never 0, but by chance.
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 &+ 0x9E37_79B9
        index += 1
      }
      if hash == 0 {
        mark(text[index])
        index += 1
        continue
      }
      token.hash = hash
      if letters == 0, token.digits <= 12 { token.number = number }
      // `1234s`, `12ms`.
      if token.digits > 0 {
        token.isTimed = letters == 1 && lettersBehind == 0x73
        token.isTimedFinely = letters == 2 && lettersBehind == 0x6D73
      }
      if isWord, capitals > 0, capitals != letters - 1 { token.digits += 1 }
      body(token)
    }
  }

  // MARK: Judging

  private mutating func push(_ token: Token) {
    first = (first + 1) & 7
    window[(first + 4) & 7] = token
    judge((first + 2) & 7)
  }

  /// Judges the token in the middle of the window.
  private mutating func judge(_ place: Int) {
    if window[place].hash == 0 { return }
    if isPassedOver(place) {
      isKept = false
      return
    }
    // Marks count between what counts.
    if isKept, window[place].marks != 0 { state = Self.mixed(state ^ window[place].marks) }
    state = Self.mixed((state &+ 0x9E37_79B9_7F4A_7C15) ^ window[place].hash)
    isKept = true
  }

  private func isPassedOver(_ place: Int) -> Bool {
    if window[place].isOwn { return true }
    // Most are words.
    if window[place].number == .min {
      return window[place].isDateWord || window[place].isTimedFinely
        || window[place].isTimed && isJoined(window[(place - 1) & 7], window[place])
    }
    return isPassedOver(
      number: window[place], behind: window[(place - 2) & 7], window[(place - 1) & 7],
      before: window[(place + 1) & 7], window[(place + 2) & 7])
  }

  private func isPassedOver(
    number token: Token, behind second: Token, _ first: Token, before next: Token, _ last: Token
  ) -> Bool {
    if isTime(second, first, token, next, last) { return true }
    if token.isSmall {
      if first.isDateWord || next.isDateWord { return true }
      if isRun(second, first, token) || isRun(first, token, next) || isRun(token, next, last) { return true }
      // A part of a date of numbers.
      if isJoined(first, token), first.isYear || isJoined(second, first) && second.isYear { return true }
      return isJoined(token, next) && (next.isYear || isJoined(next, last) && last.isYear)
    }
    guard token.isYear else { return false }
    func isNear(_ other: Token) -> Bool { other.isSmall || other.isDateWord || other.number != .min && other.isOwn }
    return isNear(second) || isNear(first) || isNear(next)
  }

  /// Whether three numbers follow each other as those of days.
  private func isRun(_ first: Token, _ second: Token, _ third: Token) -> Bool {
    first.isSmall && third.isSmall && second.number == first.number + 1 && third.number == second.number + 1
  }

  /// Whether a mark joins two numbers, as in a date or a fraction.
  private func isJoined(_ first: Token, _ second: Token) -> Bool {
    guard first.number != .min else { return false }
    return switch second.joint {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ","): true
    default: false
    }
  }

  /// Whether a number is a part of a clock time, or of how long a page took.
  private func isTime(_ second: Token, _ first: Token, _ token: Token, _ next: Token, _ last: Token) -> Bool {
    if next.isMilliseconds { return true }
    if isJoined(first, token), next.isTimeUnit { return true }
    if isJoined(token, next),
      next.isTimed || next.isTimedFinely || next.number != .min && (last.isTimeUnit || last.isMilliseconds)
    {
      return true
    }
    return isClock(token, next, last) || isClock(first, token, next)
      || isClock(second, first, token) && token.joint == UInt8(ascii: ":")
  }

  /// Whether a clock time begins, which has seconds or is that of now.
  private func isClock(_ hours: Token, _ minutes: Token, _ seconds: Token) -> Bool {
    guard 0...23 ~= hours.number, hours.digits <= 2, minutes.joint == UInt8(ascii: ":"), minutes.digits == 2,
      0...59 ~= minutes.number
    else { return false }
    if seconds.joint == UInt8(ascii: ":"), seconds.digits == 2, 0...60 ~= seconds.number { return true }
    guard let minute else { return false }
    let distance = abs(minutes.number - minute)
    return min(distance, 60 - distance) <= 2
  }

  // MARK: Words

  /// A few words, known by their hashes. Most others are told by one bit.
  private struct Words {
    private var hashes: Set<UInt64> = []
    private var bits = InlineArray<64, UInt64>(repeating: 0)

    init(_ words: String) {
      let bytes = Array(words.utf8)
      ShownTokens.forEachToken(of: bytes.span, in: 0..<bytes.count, { _ in }) { token in
        hashes.insert(token.hash)
        bits[Int(token.hash >> 58)] |= 1 << (token.hash >> 52 & 63)
      }
    }

    func contains(_ hash: UInt64) -> Bool {
      bits[Int(hash >> 58)] & 1 << (hash >> 52 & 63) != 0 && hashes.contains(hash)
    }
  }

  private static let dateWords = Words(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    """)
  private static let timeUnits = Words("s sec secs second seconds sekunde sekunden seconde secondes segundo segundos")
  private static let milliseconds = Words(
    "ms msec msecs millisecond milliseconds millisekunden millisecondes milisegundos")

  private static func mixed(_ word: UInt64) -> UInt64 {
    var bits = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}

/// A hash of a text's words of which similar texts have most bits in common: simhash, by Charikar, "Similarity
/// Estimation Techniques from Rounding Algorithms" (2002), as Manku, Jain and Das Sarma, "Detecting Near-Duplicates for
/// Web Crawling" (2007), have it for pages, in 64 bits.
///
/// Every three words in a row vote, by the bits of their own hash, for the bits of the whole. A word is a run of letters
/// and digits, ASCII letters in either case; where a script puts no spaces between words, each letter is one. The
/// same text has the same hash on every machine, and in every version.
struct SimilarityHash {
  let bits: UInt64

  /// `nil` for a text without words.
  init?(_ text: String) {
    var voting = Voting()
    for scalar in text.unicodeScalars { voting.read(scalar) }
    guard let bits = voting.result() else { return nil }
    self.bits = bits
  }

  /// Sixteen hexadecimal digits.
  var description: String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private struct Voting {
    private var votes = [Int](repeating: 0, count: 64)
    /// The hashes of the last words, at most three.
    private var last: [UInt64] = []
    private var word = start
    private var isInWord = false

    // The parameters of FNV-1a for 64 bits (Fowler, Noll and Vo).
    private static let start: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01B3
    private static let shingle = 3

    mutating func read(_ scalar: Unicode.Scalar) {
      switch scalar.place {
      case .outside: endWord()
      case .alone:
        endWord()
        add(scalar.value)
        endWord()
      case .inside: add(scalar.value)
      case .capital: add(scalar.value | 0x20)
      }
    }

    /// The bits that more votes were for than against; of fewer than three words these are one vote.
    mutating func result() -> UInt64? {
      endWord()
      if last.isEmpty { return nil }
      if last.count < Self.shingle { vote() }
      return votes.indices.reduce(0) { $0 | (votes[$1] > 0 ? 1 << UInt64($1) : 0) }
    }

    private mutating func add(_ scalar: UInt32) {
      word = (word ^ UInt64(scalar)) &* Self.prime
      isInWord = true
    }

    private mutating func endWord() {
      guard isInWord else { return }
      if last.count == Self.shingle { last.removeFirst() }
      last.append(word)
      if last.count == Self.shingle { vote() }
      word = Self.start
      isInWord = false
    }

    private mutating func vote() {
      var hash = last.reduce(Self.start) { ($0 ^ $1) &* Self.prime }
      // The last steps of MurmurHash3 (Appleby), so that every bit depends on every word.
      hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
      hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
      hash ^= hash >> 33
      for bit in votes.indices { votes[bit] += hash >> UInt64(bit) & 1 == 1 ? 1 : -1 }
    }
  }
}

extension Unicode.Scalar {
  fileprivate enum Place {
    case outside, inside, capital
    /// A word of its own.
    case alone
  }

  fileprivate var place: Place {
    switch self {
    case "a"..."z", "0"..."9": return .inside
    case "A"..."Z": return .capital
    case "\0"..."\u{7F}": return .outside
    default: break
    }
    switch properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .decimalNumber, .nonspacingMark,
      .spacingMark:
      return .inside
    case .otherLetter: return isUnspaced ? .alone : .inside
    default: return .outside
    }
  }

  /// Whether its script puts no spaces between words: Thai, Lao, Myanmar, Khmer, kana and ideographs.
  private var isUnspaced: Bool {
    switch value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF,
      0x20000...0x3FFFF:
      true
    default: false
    }
  }
}

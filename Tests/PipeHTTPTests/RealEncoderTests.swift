import PipeTesting
import PipeWeb
import Testing

@testable import PipeHTTP

/// Content as the real tools make it, through the decompressors that a loop uses again.
@Suite("Real encoders", .timeLimit(.minutes(20)))
struct RealEncoderTests {
  /// One way in which a tool makes content.
  struct Recipe: Sendable, CustomTestStringConvertible {
    let coding: ContentCoding
    let options: [String]
    /// Whether its size and its window come with it, as of a file; else it comes through a pipe.
    var isOfFile = false
    /// Whether it asks for more memory than a decoder has to have.
    var isTooLarge = false

    var testDescription: String { ([coding.name] + options + [isOfFile ? "file" : "stream"]).joined(separator: " ") }

    /// What the tool makes of a file.
    func encode(_ path: String) throws -> [UInt8] {
      switch coding {
      case .deflate:
        let program =
          "import sys, zlib; c = zlib.compressobj(int(sys.argv[2]), 8, int(sys.argv[3]));"
          + "d = open(sys.argv[1], 'rb').read(); sys.stdout.buffer.write(c.compress(d) + c.flush())"
        return try Program.output(["python3", "-c", program, path] + options)
      case .gzip: return try Program.output(["gzip", "-c"] + options + [path])
      case .brotli: return try Program.output(["brotli", "-c"] + options + [path])
      default:
        if isOfFile { return try Program.output(["zstd", "-q", "-c"] + options + [path]) }
        return try Program.output(["sh", "-c", "zstd -q -c \"$@\" <\"$0\"", path] + options)
      }
    }
  }

  private static let recipes: [Recipe] =
    (1...9).map { Recipe(coding: .gzip, options: ["-\($0)"]) }
    + [-15, -9, 9, 12, 15].flatMap { window in
      [0, 1, 6, 9].map { Recipe(coding: .deflate, options: ["\($0)", "\(window)"]) }
    }
    + [0, 1, 5, 9, 11].map { Recipe(coding: .brotli, options: ["-q", "\($0)"]) }
    + [10, 16, 20, 24].map { Recipe(coding: .brotli, options: ["-q", "5", "-w", "\($0)"]) }
    + [true, false].flatMap { isOfFile in
      ["-1", "--fast=5", "-3", "-9", "-15", "-19"].map { Recipe(coding: .zstd, options: [$0], isOfFile: isOfFile) }
        + [["-3", "--no-check"], ["-3", "--no-content-size"], ["-3", "--zstd=wlog=23"], ["-3", "--zstd=wlog=10"]].map {
          Recipe(coding: .zstd, options: $0, isOfFile: isOfFile)
        }
    }
    // A window as large as the option says is asked for where the size is not known, and else as large as the content.
    + ["--long=24", "--long=27", "--long=31"].flatMap {
      [
        Recipe(coding: .zstd, options: [$0, "-3"], isOfFile: true),
        Recipe(coding: .zstd, options: [$0, "-3"], isTooLarge: true),
      ]
    }
    + [Recipe(coding: .zstd, options: ["--ultra", "-22"], isTooLarge: true)]

  /// 2.4 MB that are long enough for windows to matter and repeat over a long way.
  private static let page: [UInt8] = {
    var random = RepeatableRandom(seed: 1)
    let start = Array("<!doctype html><title>t</title>".utf8)
    let block = (0..<1_100_000).map { _ in UInt8.random(in: 0x20...0x3F, using: &random) }
    return start + block + block + [UInt8](repeating: UInt8(ascii: "x"), count: 200_000)
  }()

  private static let folder = Result { try TemporaryFolder() }

  /// Two tests may want the same recipe at once: one file that is only read serves all.
  private static let pageFile = Result { try folder.get().write("page", page) }

  private static func encode(_ recipe: Recipe) throws -> [UInt8] { try recipe.encode(try pageFile.get()) }

  /// What a decoding makes of content that comes in pieces.
  private static func decode(
    _ bytes: [UInt8], _ codings: [ContentCoding], pieces: Int = 16 << 10, _ pool: DecompressorPool
  ) throws -> (content: [UInt8], fault: String?) {
    let decoding = try ContentDecoding(codings, maximum: 64 << 20, pool)
    var content: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      let outcome = bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { piece in
        decoding.decode(piece) { decoded in
          content.append(contentsOf: decoded.bindMemory(to: UInt8.self))
          return true
        }
      }
      switch outcome {
      case .goesOn: continue
      case .fault(let words): return (content, words)
      case .stopped, .tooLarge: return (content, "ended")
      }
    }
    return (content, decoding.unfinished.map { "\($0.name) is unfinished" })
  }

  @Test("what a tool makes of a page is undone, and the decoder serves the next one after it", arguments: recipes)
  func whole(recipe: Recipe) throws {
    let coded = try Self.encode(recipe)
    let pool = DecompressorPool()
    // Again and again with the same decoder; in small pieces, too.
    for pieces in [16 << 10, 16 << 10, 1000, coded.count] {
      let (content, fault) = try Self.decode(coded, [recipe.coding], pieces: pieces, pool)
      if recipe.isTooLarge {
        #expect(fault == "its zstd data wants a window of more than 8 MiB")
        #expect(content.isEmpty)
      } else {
        #expect(fault == nil)
        #expect(content == Self.page)
      }
    }
    // After every way in which another can end.
    let end = Self.ends(coded)
    for (broken, isFault) in end {
      let (content, fault) = try Self.decode(broken, [recipe.coding], pool)
      #expect(!isFault || fault != nil)
      #expect(!isFault || recipe.isTooLarge || content.count <= Self.page.count)
      let (again, none) = try Self.decode(coded, [recipe.coding], pool)
      #expect(recipe.isTooLarge ? again.isEmpty && none != nil : again == Self.page && none == nil)
    }
  }

  /// Content that is cut off, corrupt, followed by something, empty.
  private static func ends(_ coded: [UInt8]) -> [(bytes: [UInt8], isFault: Bool)] {
    var corrupt = coded
    for place in stride(from: 40, to: corrupt.count, by: max(1, corrupt.count / 7)) { corrupt[place] ^= 0x5A }
    return [
      ([], false), (Array(coded[..<1]), true), (Array(coded[..<(coded.count / 2)]), true),
      (Array(coded.dropLast()), true),
      (corrupt, false), (Array("plain text".utf8), true), (coded + Array("\n".utf8), false),
    ]
  }

  @Test("several members, and skippable frames around them, are one content")
  func members() throws {
    let folder = try Self.folder.get()
    let (one, two) = (Array("<title>one</title>".utf8), Self.page)
    let paths = [try folder.write("one", one), try folder.write("two", two)]
    let pool = DecompressorPool()
    for coding in [ContentCoding.gzip, .zstd] {
      let parts = try paths.map { try Recipe(coding: coding, options: ["-6"]).encode($0) }
      // RFC 8878, 3.1.2.
      let skippable: [UInt8] = coding == .zstd ? [0x5F, 0x2A, 0x4D, 0x18, 4, 0, 0, 0] + Array("skip".utf8) : []
      let coded = skippable + parts[0] + skippable + parts[1] + parts[0] + skippable
      for pieces in [1, 7, 4096, coded.count] where pieces > 1 || coding == .zstd {
        let (content, fault) = try Self.decode(coded, [coding], pieces: pieces, pool)
        #expect(fault == nil)
        #expect(content == one + two + one)
      }
    }
  }

  @Test("codings over each other are undone with decoders that served others")
  func nested() throws {
    let folder = try Self.folder.get()
    let pool = DecompressorPool()
    let codings: [ContentCoding] = [.zstd, .gzip, .brotli, .zstd]
    var coded = Self.page
    for (index, coding) in codings.enumerated() {
      coded = try Recipe(coding: coding, options: coding == .brotli ? ["-q", "3"] : ["-3"])
        .encode(try folder.write("nested-\(index)", coded))
    }
    for _ in 0..<3 {
      let (content, fault) = try Self.decode(coded, codings, pool)
      #expect(fault == nil)
      #expect(content == Self.page)
    }
  }

  @Test("a loop reads pages of every kind over the same places")
  func throughLoop() async throws {
    let recipes =
      Self.recipes.filter { $0.options.contains("-3") || $0.options.contains("-19") || $0.options.contains("-22") }
      + [Recipe(coding: .gzip, options: ["-6"]), Recipe(coding: .brotli, options: ["-q", "9"])]
    let answers = try recipes.map { recipe in
      let coded = try Self.encode(recipe)
      let name = recipe.coding == .brotli ? "br" : recipe.coding.name
      let head = "HTTP/1.1 200 OK\r\nContent-Encoding: \(name)\r\nContent-Length: \(coded.count)\r\n\r\n"
      return Array(head.utf8) + coded
    }
    let server = try RawServer { _ in
      [.serve { Int($0.split(separator: " ")[1].dropFirst()).map { answers[$0 % answers.count] } }]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 3
    let results = try await perform(
      (0..<3 * answers.count).map { ScriptedRequest(server.url("/\($0)"), index: $0) }, settings)
    #expect(results.count == 3 * answers.count)
    for result in results {
      let recipe = recipes[result.index % answers.count]
      if recipe.isTooLarge {
        #expect(
          result.failure == TransferFailure(.body, "its zstd data wants a window of more than 8 MiB"), "\(recipe)")
      } else {
        #expect(result.failure == nil, "\(recipe)")
        #expect(result.response?.body == Self.page, "\(recipe)")
      }
    }
  }
}

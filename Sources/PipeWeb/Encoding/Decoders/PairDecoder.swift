/// What the decoders of Big5, EUC-JP, EUC-KR, gb18030 and Shift_JIS share (WHATWG Encoding 10 to 13): ASCII, and pairs of a
/// lead byte and a trail byte that an index has. An ASCII byte that makes no pair is read again.
enum PairDecoder {
  /// - Parameters:
  ///   - single: The packed UTF-8 that a byte of 0x80 or above stands for by itself, 0 where it means nothing; `nil` for a
  ///     lead byte.
  ///   - longer: Writes what a sequence stands for that begins at an index with a lead byte and is not a pair of the index,
  ///     and tells how many bytes it takes; 0 for a pair.
  ///   - pair: The packed UTF-8 of a pair; 0 where there is none.
  // Inlined with its closures, so that each encoding has a loop of its own.
  @inline(__always)
  static func decode(
    _ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output,
    single: (_ byte: UInt8) -> UInt32?,
    longer: (_ index: Int, _ output: inout UTF8Output) -> Int,
    pair: (_ lead: UInt8, _ trail: UInt8) -> UInt32
  ) {
    var index = 0
    while index < input.count {
      index = output.copyASCII(input, from: index)
      while index < input.count, input[index] >= 0x80 {
        let lead = input[index]
        if let packed = single(lead) {
          output.append(packed: packed == 0 ? .packedReplacement : packed)
          index += 1
          continue
        }
        guard index + 1 < input.count else { return output.appendError() }
        let taken = longer(index, &output)
        if taken > 0 {
          index += taken
          continue
        }
        let trail = input[index + 1]
        let packed = pair(lead, trail)
        output.append(packed: packed == 0 ? .packedReplacement : packed)
        index += packed == 0 && trail < 0x80 ? 1 : 2
      }
    }
  }
}

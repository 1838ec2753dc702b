internal import PipeSpec
internal import PipeText

/// What requests have brought to expectations, as a checkpoint keeps it.
///
/// The aggregates stand by their names, and the expectations by their texts: a run may go on with a spec that expects
/// something else, of which only what was asked for from its beginning is known.
///
///     1, aggregates (names), expectations (texts), and of each half: its counts (`ExpectCounts.paths`), a count for each
///     aggregate, of those with numbers (1) count, sum, least, greatest and (1) the sketch, and for each expectation its
///     offences and the first offenders
enum ExpectCodec {
  private static let version: UInt8 = 1

  static func encode(_ halves: ExpectBook.Halves, _ plan: ExpectPlan) -> [UInt8] {
    var bytes = [version]
    bytes.append(varint: plan.aggregates.count)
    for aggregate in plan.aggregates { bytes.append(text: aggregate.name) }
    bytes.append(varint: plan.entries.count)
    for entry in plan.entries { bytes.append(text: entry.expectation.text) }
    append(halves.sound, to: &bytes)
    // Last, so that it can be left away.
    append(halves.failed, to: &bytes)
    return bytes
  }

  /// - Returns: What was kept, and of which aggregates; `nil` where nothing was, or what cannot be read.
  static func decode(_ bytes: [UInt8], for plan: ExpectPlan) -> (halves: ExpectBook.Halves, isKnown: [Bool])? {
    guard let kept = kept(bytes) else { return nil }
    let places = plan.aggregates.map { aggregate in kept.names.firstIndex { ExactText($0) == ExactText(aggregate.name) }
    }
    let entries = plan.entries.map { entry in
      kept.texts.firstIndex { ExactText($0) == ExactText(entry.expectation.text) }
    }
    var halves = ExpectBook.Halves(plan)
    var isKnown = places.map { $0 != nil }
    for (index, aggregate) in plan.aggregates.enumerated() {
      switch aggregate.kind {
      case .requests, .records, .failed, .broken, .duration: isKnown[index] = true
      default: break
      }
      // A field of this name may have had no numbers.
      guard let place = places[index], halves.sound.numbers[index] != nil else { continue }
      if kept.sound.numbers[place] == nil { isKnown[index] = false }
    }
    place(kept.sound, in: &halves.sound, places, entries)
    if let failed = kept.failed { place(failed, in: &halves.failed, places, entries) }
    return (halves, isKnown)
  }

  /// The same without what requests with an error have brought.
  static func forgettingFailed(_ bytes: [UInt8]) -> [UInt8] {
    guard let kept = kept(bytes) else { return [] }
    return Array(bytes.prefix(kept.soundEnd))
  }

  private static func place(
    _ kept: ExpectTotals, in totals: inout ExpectTotals, _ places: [Int?], _ entries: [Int?]
  ) {
    totals.all = kept.all
    for (index, place) in places.enumerated() {
      guard let place else { continue }
      totals.counts[index] = kept.counts[place]
      if let numbers = kept.numbers[place] { totals.numbers[index]?.add(numbers) }
    }
    for (index, entry) in entries.enumerated() {
      guard let entry else { continue }
      totals.offenders[index] = kept.offenders[entry]
      totals.offences[index] = kept.offences[entry]
    }
  }

  // MARK: Bytes

  private struct Kept {
    let names: [String]
    let texts: [String]
    let sound: ExpectTotals
    let failed: ExpectTotals?
    /// Where the second half begins.
    let soundEnd: Int
  }

  private static func kept(_ bytes: [UInt8]) -> Kept? {
    var reader = ByteReader(bytes)
    guard reader.byte() == version, let names = texts(&reader), let texts = texts(&reader),
      let sound = totals(&reader, names.count, texts.count)
    else { return nil }
    let end = reader.place
    if reader.isAtEnd { return Kept(names: names, texts: texts, sound: sound, failed: nil, soundEnd: end) }
    guard let failed = totals(&reader, names.count, texts.count), reader.isAtEnd else { return nil }
    return Kept(names: names, texts: texts, sound: sound, failed: failed, soundEnd: end)
  }

  private static func texts(_ reader: inout ByteReader) -> [String]? {
    guard let count = reader.count(ofBytes: 1) else { return nil }
    var texts: [String] = []
    for _ in 0..<count {
      guard let text = reader.text() else { return nil }
      texts.append(text)
    }
    return texts
  }

  private static func append(_ totals: ExpectTotals, to bytes: inout [UInt8]) {
    for path in ExpectCounts.paths { bytes.append(varint: totals.all[keyPath: path]) }
    for (count, numbers) in zip(totals.counts, totals.numbers) {
      bytes.append(varint: count)
      bytes.append(numbers == nil ? 0 : numbers?.sketch == nil ? 1 : 2)
      guard let numbers else { continue }
      bytes.append(varint: numbers.count)
      for number in [numbers.sum, numbers.least, numbers.greatest] { bytes.append(word: number.bitPattern) }
      numbers.sketch?.encode(into: &bytes)
    }
    for (offences, offenders) in zip(totals.offences, totals.offenders) {
      bytes.append(varint: offences)
      bytes.append(varint: offenders.count)
      for offender in offenders {
        bytes.append(varint: offender.id.source)
        bytes.append(varint: offender.id.ordinal)
        bytes.append(varint: offender.item)
        bytes.append(text: offender.url)
        bytes.append(text: offender.words)
      }
    }
  }

  private static func totals(_ reader: inout ByteReader, _ aggregates: Int, _ entries: Int) -> ExpectTotals? {
    var totals = ExpectTotals(ExpectPlan([]))
    for path in ExpectCounts.paths {
      guard let count = reader.count() else { return nil }
      totals.all[keyPath: path] = count
    }
    for _ in 0..<aggregates {
      guard let count = reader.count(), let kind = reader.byte(), kind < 3 else { return nil }
      totals.counts.append(count)
      if kind == 0 {
        totals.numbers.append(nil)
        continue
      }
      var numbers = NumberTotals(hasPercentile: kind == 2)
      guard let count = reader.count(), let sum = reader.word(), let least = reader.word(),
        let greatest = reader.word()
      else { return nil }
      numbers.count = count
      numbers.sum = Double(bitPattern: sum)
      numbers.least = Double(bitPattern: least)
      numbers.greatest = Double(bitPattern: greatest)
      if kind == 2 {
        guard let sketch = QuantileSketch(&reader) else { return nil }
        numbers.sketch = sketch
      }
      totals.numbers.append(numbers)
    }
    for _ in 0..<entries {
      guard let offences = reader.count(), let count = reader.count(ofBytes: 5), count <= Offender.most else {
        return nil
      }
      totals.offences.append(offences)
      var offenders: [Offender] = []
      for _ in 0..<count {
        guard let source = reader.count(), let ordinal = reader.count(), let item = reader.count(),
          let url = reader.text(), let words = reader.text()
        else { return nil }
        offenders.append(
          Offender(id: RequestID(source: source, ordinal: ordinal), item: item, url: url, words: words))
      }
      totals.offenders.append(offenders)
    }
    return totals
  }
}

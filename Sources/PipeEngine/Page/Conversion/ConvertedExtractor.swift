internal import PipeSpec
internal import PipeWeb

/// An extractor whose values are converted.
struct ConvertedExtractor: Extractor {
  let extractor: any Extractor
  let conversion: Conversion

  var type: FieldType { conversion.result(of: extractor.type) }
  var isNullable: Bool { extractor.isNullable || conversion.exists || conversion.mayLose(extractor.type) }
  var bounds: ClosedRange<Int>? { conversion.reduction == .count ? 0...Int.max : nil }
  var words: [String]? { conversion.words }
  var comesLast: Bool { extractor.comesLast }
  var placeFact: PlaceFact? { extractor.placeFact }
  var inputColumn: Located<String>? { extractor.inputColumn }
  var isMarkup: Bool { extractor.isMarkup }
  var readsItem: Bool { extractor.readsItem }

  var needs: PageNeeds {
    // The page's base counts for relative URLs.
    conversion.type == .url ? extractor.needs.union(.scan(.base)) : extractor.needs
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    // Of a page that was not fetched nothing is known.
    if conversion.exists, page.response == nil { return .null }
    let encoding = extractor.isMarkup ? page.urlEncoding : .utf8
    let room = page.room.budget.bytes
    if conversion.pattern != nil { page.room.beginSearch() }
    let value: Value
    do throws(ExtractionFault) {
      value = try extractor.extract(page)
    } catch {
      page.room.begin()
      guard let partial = error.partial else { throw error }
      // The start of a number is another number.
      if conversion.needsWhole || error.isCut && conversion.needsWholeText { throw ExtractionFault(error.message) }
      let converted = try conversion.convert(partial, base: page.baseURL, encoding: encoding, room: room)
      if converted == .bool(true), conversion.exists { return converted }
      if conversion.exists { throw ExtractionFault(error.message) }
      throw ExtractionFault(error.message, partial: converted, isCut: error.isCut)
    }
    page.room.begin()
    return try conversion.convert(value, base: page.baseURL, encoding: encoding, room: room)
  }
}

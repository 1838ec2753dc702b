internal import PipeSpec
internal import PipeWeb

/// An extractor whose values are converted.
struct ConvertedExtractor: Extractor {
  let extractor: any Extractor
  let conversion: Conversion

  var type: FieldType { conversion.result(of: extractor.type) }
  var isNullable: Bool { extractor.isNullable || (conversion.pattern != nil && !extractor.type.isList) }
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
      if error.isCut, conversion.type ?? .string != .string { throw ExtractionFault(error.message) }
      let converted = try conversion.convert(partial, base: page.baseURL, encoding: encoding, room: room)
      throw ExtractionFault(error.message, partial: converted, isCut: error.isCut)
    }
    page.room.begin()
    return try conversion.convert(value, base: page.baseURL, encoding: encoding, room: room)
  }
}

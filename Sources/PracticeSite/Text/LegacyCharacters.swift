/// The characters above ASCII that the site writes in encodings older than Unicode.
///
/// One-byte encodings are whole; of the East Asian ones, those characters that `Vocabulary` and `PageKind` use.
/// Among them are some whose second byte is an ASCII character (`表` in Shift_JIS ends in a backslash), which
/// a reader that looks at bytes one by one gets wrong.
enum LegacyCharacters {
  /// The code of each character: one byte, or two with the first in the high bits.
  static let tables: [Charset: [Unicode.Scalar: UInt16]] = [
    .windows1252: run(from: 0x80, windows1252Controls).merging(run(from: 0xA0, latin1)) { first, _ in first },
    .windows1251: run(from: 0x80, windows1251),
    .iso8859Part2: run(from: 0xA0, iso8859Part2),
    .shiftJIS: pairs(japanese, shiftJISCodes),
    .eucJP: pairs(japanese, eucJPCodes),
    .gbk: pairs(simplifiedChinese, gbkCodes),
    .big5: pairs(traditionalChinese, big5Codes),
    .eucKR: pairs(korean, eucKRCodes),
  ]

  private static func run(from first: UInt16, _ characters: String) -> [Unicode.Scalar: UInt16] {
    var table: [Unicode.Scalar: UInt16] = [:]
    // U+FFFD stands for a byte that encodes nothing.
    for (offset, scalar) in characters.unicodeScalars.enumerated() where scalar != "\u{FFFD}" {
      table[scalar] = first + UInt16(offset)
    }
    return table
  }

  private static func pairs(_ characters: String, _ codes: String) -> [Unicode.Scalar: UInt16] {
    var table: [Unicode.Scalar: UInt16] = [:]
    for (scalar, code) in zip(characters.unicodeScalars, codes.split { $0 == " " || $0 == "\n" }) {
      table[scalar] = UInt16(code, radix: 16)
    }
    return table
  }

  private static let latin1 = String(String.UnicodeScalarView((0xA0...0xFF).compactMap(Unicode.Scalar.init)))

  private static let windows1252Controls = "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ"

  private static let windows1251 = """
    ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{FFFD}™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕї\
    АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя
    """

  private static let iso8859Part2 = """
    \u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙
    """

  private static let japanese =
    "表ソ能の港朝、静かな町ページ海山川電車図書館学校新聞天気今日明東京大阪コヒパン花鳥月星雨雪風説。「」"

  private static let shiftJISCodes = """
    955c 835c 945c 82cc 8d60 92a9 8141 90c3 82a9 82c8 92ac 8379 815b 8357 8a43 8e52 90ec 9364 8ed4 907d
    8f91 8ad9 8a77 8d5a 9056 95b7 9356 8b43 8da1 93fa 96be 938c 8b9e 91e5 8de3 8352 8371 8370 8393 89d4
    92b9 8c8e 90af 894a 90e1 9597 90e0 8142 8175 8176
    """

  private static let eucJPCodes = """
    c9bd a5bd c7bd a4ce b9c1 c4ab a1a2 c0c5 a4ab a4ca c4ae a5da a1bc a5b8 b3a4 bbb3 c0ee c5c5 bcd6 bfde
    bdf1 b4db b3d8 b9bb bfb7 cab9 c5b7 b5a4 baa3 c6fc ccc0 c5ec b5fe c2e7 bae5 a5b3 a5d2 a5d1 a5f3 b2d6
    c4bb b7ee c0b1 b1ab c0e3 c9f7 c0e2 a1a3 a1d6 a1d7
    """

  private static let simplifiedChinese =
    "囧港口早晨城市安静大海高山河流火车图书馆学校报纸天气今明北京上咖啡面包花鸟月亮星下雨雪风第页说的。，《》"

  private static let gbkCodes = """
    87e5 b8db bfda d4e7 b3bf b3c7 cad0 b0b2 beb2 b4f3 baa3 b8df c9bd bad3 c1f7 bbf0 b3b5 cdbc cae9 b9dd
    d1a7 d0a3 b1a8 d6bd ccec c6f8 bdf1 c3f7 b1b1 bea9 c9cf bfa7 b7c8 c3e6 b0fc bba8 c4f1 d4c2 c1c1 d0c7
    cfc2 d3ea d1a9 b7e7 b5da d2b3 cbb5 b5c4 a1a3 a3ac a1b6 a1b7
    """

  private static let traditionalChinese =
    "功許成可港口早晨城市安靜大海高山河流火車圖書館學校報紙天氣今明台北雄咖啡麵包花鳥月亮星下雨雪風第頁說的。，《》"

  private static let big5Codes = """
    a55c b35c a6a8 a569 b4e4 a466 a6ad b1e1 abb0 a5ab a677 c052 a46a aefc b0aa a473 aa65 ac79 a4f5 a8ae
    b9cf aed1 c05d bec7 aed5 b3f8 afc8 a4d1 aef0 a4b5 a9fa a578 a55f b6af a940 b0d8 c4d1 a55d aae1 b3be
    a4eb ab47 ac50 a455 ab42 b3b7 adb7 b2c4 adb6 bba1 aaba a143 a141 a16d a16e
    """

  private static let korean =
    "항구아침도시조용한바다산강기차서관학교신문날씨오늘내일울부커피빵꽃새달별비눈람쪽설명의"

  private static let eucKRCodes = """
    c7d7 b1b8 bec6 c4a7 b5b5 bdc3 c1b6 bfeb c7d1 b9d9 b4d9 bbea b0ad b1e2 c2f7 bcad b0fc c7d0 b1b3 bdc5
    b9ae b3af bebe bfc0 b4c3 b3bb c0cf bfef bace c4bf c7c7 bba7 b2c9 bbf5 b4de bab0 baf1 b4ab b6f7 c2ca
    bcb3 b8ed c0c7
    """
}

extension PageKind {
  /// Every kind, in the order in which the pages take them.
  static let all: [PageKind] = plain + scripts + encodings + traps

  /// Plain text with the characters that CSV, JSON and spreadsheets trip over.
  private static let plain: [PageKind] = [
    PageKind("en", "The quiet harbour, page {n}"),
    PageKind("en", "\"Quoted\", she said; 'page {n}'"),
    PageKind("en", "=SUM(A1:A{n})"),
    PageKind("en", "-{n} degrees; @home | back\\slash"),
  ]

  /// UTF-8 in many scripts.
  private static let scripts: [PageKind] = [
    PageKind("de", "Straße nach Köln, Größe {n}", .meta(label: "utf-8")),
    PageKind("vi", "Bến cảng yên tĩnh, trang {n}", .headerAgainstMeta(wrong: "windows-1252")),
    PageKind("tr", "İstanbul’da ıssız liman {n}", .byteOrderMark(wrongHeader: "windows-1252")),
    PageKind("el", "Καλημέρα κόσμε, σελίδα {n}", .header),
    PageKind("ru", "Тихая гавань, страница {n}", .httpEquivalent(label: "UTF-8")),
    PageKind("ar", "مرحبا بالعالم، صفحة {n}"),
    PageKind("he", "שלום עולם, עמוד {n}"),
    PageKind("hi", "नमस्ते दुनिया, पृष्ठ {n}"),
    PageKind("th", "สวัสดีชาวโลก หน้า {n}"),
    PageKind("zh-Hans", "安静的港口，第{n}页"),
    PageKind("ja", "表とソース、{n}ページ"),
    PageKind("ko", "조용한 항구, {n}쪽"),
    PageKind("en", "🌊⛵️ 👩‍👩‍👧 🇬🇷 page {n}"),
  ]

  /// Encodings older than Unicode, and UTF-16.
  private static let encodings: [PageKind] = [
    PageKind("fr", "Un café à l’été – œuvre {n}", in: .windows1252, .header),
    PageKind(
      "fr", "Élève n° {n}\u{A0}: déjà vu…", markup: "<title>&Eacute;l&egrave;ve n&deg; {n}&nbsp;: déjà vu…</title>",
      in: .windows1252, .meta(label: "latin1")),
    PageKind("pl", "Zażółć gęślą jaźń {n}", in: .iso8859Part2, .meta(label: "iso-8859-2")),
    PageKind("cs", "Příliš žluťoučký kůň {n}", in: .iso8859Part2, .header),
    PageKind("ru", "Тихая гавань № {n}", in: .windows1251, .header),
    PageKind("uk", "Їжак і ґанок, сторінка {n}", in: .windows1251, .meta(label: "windows-1251")),
    PageKind("ja", "表の能、{n}ページ", in: .shiftJIS, .httpEquivalent(label: "Shift_JIS")),
    PageKind("ja", "静かな港、{n}ページ", in: .eucJP, .header),
    PageKind("zh-Hans", "囧，安静的港口第{n}页", in: .gbk, .meta(label: "gb2312")),
    PageKind("zh-Hant", "成功許可，第{n}頁", in: .big5, .meta(label: "big5")),
    PageKind("ko", "조용한 항구 도시 {n}쪽", in: .eucKR, .meta(label: "ks_c_5601-1987")),
    PageKind("en", "Naïve café 🌊, page {n}", in: .utf16LittleEndian, .byteOrderMark(wrongHeader: nil)),
  ]

  /// Markup around the title, and in it.
  private static let traps: [PageKind] = [
    PageKind(
      "en", "Fish & chips <fresh> – {n}", markup: "<title>Fish &amp; chips &lt;fresh&gt; &ndash; {n}</title>"),
    // A reference to 150 means the dash that windows-1252 has there (WHATWG HTML 13.2.5.80).
    PageKind("en", "A–B €{n} 🐋", markup: "<title>A&#150;B &euro;{n} &#x1F40B;</title>"),
    PageKind(
      "en", "A title on several lines, page {n}",
      markup: "<title>\n    A title\n\ton   several\r\n    lines,  page {n}\n  </title>"),
    PageKind("en", "Non\u{A0}breaking\u{A0}\u{A0}{n}", markup: "<title>Non&nbsp;breaking&nbsp;&nbsp;{n}</title>"),
    PageKind(
      "en", "The real title, page {n}",
      markup: """
        <!-- <title>Not this one</title> -->
        <script>var decoy = "<title>Nor this one</title>";</script>
        <title>The real title, page {n}</title>
        <title>A second title is not heard</title>
        """),
    PageKind("en", "Shouted > {n} < </b>", markup: "<TITLE data-note='a > b'>Shouted > {n} < </b></TITLE>"),
    PageKind("en", "Page {n} with a long title" + String(repeating: " that goes on", count: 40)),
  ]
}

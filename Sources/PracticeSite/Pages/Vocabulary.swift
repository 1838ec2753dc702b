/// The words of which the rows of text are made, by language.
enum Vocabulary {
  /// The words of a language (a BCP 47 tag as in `PageKind.language`); English for one that is not listed.
  static func words(_ language: String) -> [String] {
    table[language] ?? english
  }

  private static let table = lists.mapValues { $0.split(separator: " ").map(String.init) }

  private static let english = lists["en"]?.split(separator: " ").map(String.init) ?? ["word"]

  private static let lists: [String: String] = [
    "en": "harbour morning town quiet sea mountain river train library school paper weather today & tomorrow",
    "de": "Hafen Morgen Straße ruhig Meer Gebirge Fluß Zug Bücherei Schule Zeitung Wetter heute morgen für",
    "fr": "port matin été tranquille mer forêt rivière train bibliothèque école journal œuvre aujourd’hui déjà",
    "pl": "przystań poranek miasto cichy morze góra rzeka pociąg biblioteka szkoła gazeta pogoda dziś żółw łódź",
    "cs": "přístav ráno město tichý moře hora řeka vlak knihovna škola noviny počasí dnes zítra žluť kůň",
    "tr": "liman sabah şehir sessiz deniz dağ ırmak tren kütüphane okul gazete hava bugün yarın çiçek",
    "vi": "bến cảng buổi sáng thành phố yên tĩnh biển núi sông tàu thư viện trường báo thời tiết",
    "el": "λιμάνι πρωί πόλη ήσυχη θάλασσα βουνό ποτάμι τρένο βιβλιοθήκη σχολείο εφημερίδα καιρός σήμερα αύριο",
    "ru": "гавань утро город тихий море гора река поезд библиотека школа газета погода сегодня завтра ёлка",
    "uk": "гавань ранок місто тихий море гора річка потяг бібліотека школа газета погода сьогодні їжак ґанок",
    "ar": "ميناء صباح مدينة هادئ بحر جبل نهر قطار مكتبة مدرسة جريدة طقس اليوم غدا",
    "he": "נמל בוקר עיר שקט ים הר נהר רכבת ספרייה בית עיתון מזג היום מחר",
    "hi": "बंदरगाह सुबह शहर शांत समुद्र पहाड़ नदी रेल पुस्तकालय विद्यालय अखबार मौसम आज कल",
    "th": "ท่าเรือ เช้า เมือง เงียบ ทะเล ภูเขา แม่น้ำ รถไฟ ห้องสมุด โรงเรียน หนังสือพิมพ์ วันนี้ พรุ่งนี้",
    "zh-Hans": "港口 早晨 城市 安静的 大海 高山 河流 火车 图书馆 学校 报纸 天气 今天 明天 北京 上海 咖啡 面包",
    "zh-Hant": "港口 早晨 城市 安靜的 大海 高山 河流 火車 圖書館 學校 報紙 天氣 今天 明天 台北 高雄 咖啡 麵包",
    "ja": "港の朝 静かな町 海 山 川 電車 図書館 学校 新聞 天気 今日 明日 東京 大阪 コーヒー パン 能 表 花 鳥 月",
    "ko": "항구 아침 도시 조용한 바다 산 강 기차 도서관 학교 신문 날씨 오늘 내일 서울 부산 커피 빵 꽃 새 달 별",
  ]
}

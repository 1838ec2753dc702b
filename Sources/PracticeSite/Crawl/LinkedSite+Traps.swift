// Pages without an end. Each trap leads to more of itself, and to the home.
extension LinkedSite {
  package static let traps = ["calendar/2024/5", "facets", "sessions/a", "deeper/", "growing?a=1", "echo/x"]

  private static let facets = [
    "color=red", "color=blue", "size=s", "size=l", "sort=up", "sort=down", "brand=acme", "sale=1",
  ]

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// - Parameter parts: The segments behind `trap`.
  func trap(_ parts: [String], _ query: String) -> LinkedPage {
    var page = LinkedPage(title: "A trap")
    page.links = [LinkedPage.Link(root, text: "Home")]
    func add(_ hrefs: [String]) { page.links += hrefs.map { LinkedPage.Link($0) } }
    let trap = root + "trap/"
    switch parts[0] {
    case "calendar":
      guard parts.count == 3, let year = Int(parts[1]), let month = Int(parts[2]), 1...12 ~= month else { break }
      page.text = "Events in \(Self.months[month - 1]) \(year): none. Mon Tue Wed Thu Fri 1 2 3 4 5 6 7 8 9 28 29 30"
      let count = year * 12 + month - 1
      add([count + 1, count - 1].filter { $0 > 0 }.map { "\(trap)calendar/\($0 / 12)/\($0 % 12 + 1)" })
      return page
    case "facets":
      let chosen = query.split(separator: "&").map(String.init)
      page.text = "Boots, shoes and hats: 15 of them"
      add(
        Self.facets.map { facet in
          "\(trap)facets?"
            + (chosen.contains(facet) ? chosen.filter { $0 != facet } : chosen + [facet]).joined(separator: "&")
        })
      return page
    case "sessions":
      var random = SmallRandom(seed: UInt64(seed) &+ UInt64(query.utf8.reduce(7) { $0 &* 33 &+ Int($1) }.magnitude))
      page.text = "The same as ever"
      add(["a", "b", "c", "d"].map { "\(trap)sessions/\($0)?sid=\(100_000 + random.below(900_000))" })
      return page
    case "deeper":
      page.text = "Further down"
      add(["deeper/", "on/"])
      return page
    case "growing":
      page.text = "More and more"
      add(["\(trap)growing?\(query)&amp;b=2"])
      return page
    case "echo":
      let path = parts.joined(separator: "/")
      page.text = "You asked for \(trap)\(path), which is not here"
      add(["\(trap)\(path)/y\(parts.count)", "\(trap)\(path)/z\(parts.count)"])
      return page
    default: break
    }
    return LinkedPage(status: 404, title: "There is no such page")
  }
}

// The numbered pages.
extension LinkedSite {
  func numbered(_ number: Int) -> LinkedPage {
    var random = random(number)
    switch random.below(60) {
    case 0: return LinkedPage(status: 404, title: "Not found", text: "Nothing here")
    case 1: return LinkedPage(status: 410, title: "Gone", text: "No more")
    case 2: return LinkedPage(status: 500, title: "Trouble", text: "Try again")
    case 3: return .redirect(301, to: root + place(of: (number + 1) % size))
    case 4:
      return .redirect(302, to: "p\(number + Self.sections < size ? number + Self.sections : number % Self.sections)")
    case 5: return .redirect(307, to: "../hop/\(number)/\(1 + number % 8)")
    default: break
    }
    var page = LinkedPage(title: "Page \(number)", text: text(number, 0))
    // Links are relative to the folder of another section then.
    let section = random.oneIn(8) ? (number + 3) % Self.sections : number % Self.sections
    if section != number % Self.sections { page.base = "\(root)s\(section)/index.html" }
    if random.oneIn(40) { page.isNofollow = true }
    if random.oneIn(9) { page.links.append(LinkedPage.Link(root + place(of: number), .link(rel: "canonical"))) }
    if random.oneIn(30) { page.links.append(LinkedPage.Link("../canonical/\(number)", .link(rel: "canonical"))) }
    if random.oneIn(30) { page.links.append(LinkedPage.Link("../refresh/\(number)", .refresh)) }
    // Relative to the page, whatever its base.
    if random.oneIn(30) { page.next = "../field/\(number)" }
    page.links.append(LinkedPage.Link(root, text: "Home"))
    page.links.append(LinkedPage.Link("../s\(random.below(Self.sections))/", text: "Section"))
    page.links.append(LinkedPage.Link("\(root)tag/\(tag(of: number))?page=0", text: "Tag"))
    for child in children(of: number) { page.links.append(LinkedPage.Link(spelled(child, from: section, &random))) }
    for _ in 0..<3 { page.links.append(LinkedPage.Link(spelled(random.below(size), from: section, &random))) }
    switch random.below(24) {
    case 0: page.links.append(LinkedPage.Link("../nofollow/\(number)", isNofollow: true))
    case 1: page.links.append(LinkedPage.Link("../frame/\(number)", .iframe))
    case 2: page.links.append(LinkedPage.Link("../closed/\(number)"))
    case 3: page.links.append(LinkedPage.Link("../hop/\(random.below(size))/\(1 + random.below(8))"))
    case 4: page.links.append(LinkedPage.Link("../away/\(number)"))
    case 5: page.links.append(LinkedPage.Link("https://example.invalid/\(number)", text: "Elsewhere"))
    case 6: page.links.append(LinkedPage.Link("mailto:someone@example.invalid"))
    case 7: page.links.append(LinkedPage.Link("../nowhere/\(number)"))
    case 8: page.links.append(LinkedPage.Link("../%7Euser/\(number)"))
    case 9: page.links.append(LinkedPage.Link("../~user/\(number)"))
    case 10: page.links.append(LinkedPage.Link("../%7euser/\(number - 1)"))
    default: break
    }
    return page
  }

  /// A link to a numbered page, in one of many ways to write its URL.
  ///
  /// - Parameter section: The folder that it is relative to.
  private func spelled(_ number: Int, from section: Int, _ random: inout SmallRandom) -> String {
    let place = place(of: number)
    let name = String(place.split(separator: "/").last ?? "")
    switch random.below(10) {
    case 0: return root + place
    case 1: return "../\(place)"
    case 2: return "../\(place)#part\(number)"
    case 3: return "./../s\(section)/./../\(place)"
    case 4: return number > 0 && number % Self.sections == section ? name : "../\(place)"
    // The same by RFC 3986, 6.2.2: `%70` is `p`.
    case 5: return number > 0 ? "../s\(number % Self.sections)/%70\(number)" : "../"
    case 6: return "\(root)s\(section)/../\(place)"
    case 7: return "\t../\(place)\n"
    case 8: return "..\\\(place)"
    default: return "%2e%2E/\(place)"
    }
  }
}

extension SmallRandom {
  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
}

internal import PipeText

/// The members of a JSON object in their order, each name once.
package struct JSONObject: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package let name: String
    package fileprivate(set) var value: JSONValue
  }

  package private(set) var members: [Member] = []
  /// The places of the names, kept for objects that are too large to search.
  private var places: [ExactText: Int]?

  private static let searchLimit = 12

  package init() {}

  /// The value of a member, or nil without one of that name.
  package subscript(name: String) -> JSONValue? {
    place(of: name).map { members[$0].value }
  }

  mutating func reserveCapacity(_ count: Int) {
    members.reserveCapacity(count)
  }

  /// Sets a member; a name that is there keeps its place.
  package mutating func set(_ name: String, to value: JSONValue) {
    if let place = place(of: name) {
      members[place].value = value
      return
    }
    places?[ExactText(name)] = members.count
    members.append(Member(name: name, value: value))
    if places == nil, members.count > Self.searchLimit {
      places = Dictionary(uniqueKeysWithValues: members.enumerated().map { (ExactText($1.name), $0) })
    }
  }

  private func place(of name: String) -> Int? {
    if let places { return places[ExactText(name)] }
    return members.firstIndex { $0.name.isExactly(name) }
  }

  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }
}

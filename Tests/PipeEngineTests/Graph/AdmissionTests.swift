import Testing

@testable import PipeEngine

@Suite("Admission")
struct AdmissionTests {
  /// Requests of these ordinals; those above 99 have a URL that cannot be fetched.
  private func batch(_ ordinals: [Int]) -> [Request] {
    ordinals.map {
      Request(id: RequestID(source: 0, ordinal: $0), written: $0 > 99 ? "ftp://a.example/" : "http://a.example/")
    }
  }

  @Test(
    "each request of a batch is fetched, recorded as faulty, or beyond the limit",
    arguments: [
      (limit: nil, batches: [[1, 2], [3]], sound: [1, 2, 3], faulty: [], beyond: 0),
      (limit: nil, batches: [[1, 100, 2], [101]], sound: [1, 2], faulty: [100, 101], beyond: 0),
      (limit: 3, batches: [[1, 2], [3]], sound: [1, 2, 3], faulty: [], beyond: 0),
      (limit: 3, batches: [[1, 2], [3, 4], [5]], sound: [1, 2, 3], faulty: [], beyond: 2),
      (limit: 2, batches: [[100, 1, 101, 2]], sound: [1], faulty: [100], beyond: 2),
      (limit: 0, batches: [[1], [100]], sound: [], faulty: [], beyond: 2),
      (limit: 5, batches: [[]], sound: [], faulty: [], beyond: 0),
    ] as [(limit: Int?, batches: [[Int]], sound: [Int], faulty: [Int], beyond: Int)])
  func verdicts(limit: Int?, batches: [[Int]], sound: [Int], faulty: [Int], beyond: Int) {
    let admission = Admission(room: AdmissionRoom(limit: limit))
    var found = (sound: [Int](), faulty: [Int](), beyond: 0)
    for ordinals in batches {
      let verdict = admission.judge(batch(ordinals))
      #expect(verdict.admittedCount + verdict.beyondLimit == ordinals.count)
      found.sound += verdict.sound.map(\.id.ordinal)
      found.faulty += verdict.faulty.map(\.id.ordinal)
      found.beyond += verdict.beyondLimit
    }
    #expect(found.sound == sound)
    #expect(found.faulty == faulty)
    #expect(found.beyond == beyond)
  }
}

import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import Testing

@testable import PipeEngine
@testable import PipeStages

@Suite("The columns of rows")
struct RowColumnsTests {
  @Test(
    "a request keeps the columns that the plan uses, and no others",
    arguments: [
      (InputFormat.csv, "url,a,b,c\nhttp://h.example/,1,2,3\n"),
      (.jsonl, #"{"url":"http://h.example/","a":"1","b":"2","c":"3"}"#),
    ])
  func columns(format: InputFormat, text: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write("list", text.utf8)
    let source = FileSource(
      path: Located("list", at: .wholeFile), options: InputOptions(format: format, column: "url"))
    for wanted in [[], ["b"], ["a", "c", "nowhere"], ["a", "b", "c"]] as [Set<ExactText>] {
      let requests = try await source.requests(in: folder.path, columns: wanted)
      #expect(requests.count == 1)
      #expect(Set(requests[0].input.keys) == wanted.subtracting(["nowhere"]))
    }
  }

  @Test("a plan uses the columns that its input fields read")
  func used() throws {
    let plan = try #require(
      Pipeline(
        spec: "sources: [{stdin: {format: csv}}]\n"
          + "extract: {url: url, sku: {input: sku}, price: {input: {name: list price, as: number}}}"
      ).plan)
    #expect(plan.inputColumns == ["sku", "list price"])
  }
}

internal import PipeEngine

extension Charts {
  private static let boxHeight = 34.0
  private static let rowHeight = 58.0
  /// Boxes side by side, of sources and of sinks.
  private static let mostBeside = 3

  /// The graph of the plan from above to below, with what came out of each stage.
  static func graph(_ graph: PlanGraph) -> Chart {
    let ranks = ranks(of: graph)
    var boxes: [String: (x: Double, y: Double, width: Double, rank: Int)] = [:]
    var parts: [Markup] = []
    let (left, whole) = (18.0, Drawing.width - 36)
    for (rank, stages) in ranks.enumerated() {
      let shown = stages.count > mostBeside ? Array(stages.prefix(mostBeside - 1)) : stages
      let slots = shown.count + (shown.count < stages.count ? 1 : 0)
      let width = (whole - Double(slots - 1) * 8) / Double(max(1, slots))
      let y = Double(rank) * rowHeight + 2
      func box(_ slot: Int, _ first: String, _ second: String) -> Double {
        let x = left + Double(slot) * (width + 8)
        let most = Int(width / 5.4)
        parts.append(Drawing.box(x, y, width, boxHeight))
        parts.append(Drawing.text(x + width / 2, y + 14, first, .middle, isStrong: true, upTo: most))
        parts.append(Drawing.text(x + width / 2, y + 27, second, .middle, upTo: most))
        return x
      }
      for (slot, stage) in shown.enumerated() {
        boxes[stage.id] = (box(slot, stage.kind, stage.title), y, width, rank)
      }
      if shown.count < stages.count {
        let rest = stages.dropFirst(shown.count)
        let x = box(shown.count, "\(rest.count.grouped) more", "\(rest.first?.kind ?? "")s")
        for stage in rest { boxes[stage.id] = (x, y, width, rank) }
      }
    }
    // Of stages that share a box, one stands for all.
    var arrows: Set<Markup> = []
    for edge in graph.edges {
      guard let from = boxes[edge.from], let to = boxes[edge.to], case let arrow = arrow(from, to),
        arrows.insert(arrow).inserted
      else { continue }
      parts.append(arrow)
    }
    let labels = graph.stages.enumerated().compactMap { index, stage -> Markup? in
      guard let box = boxes[stage.id], ranks[box.rank].count == 1, box.rank + 1 < ranks.count else { return nil }
      let words = "\(stage.count.grouped) \(stage.unit)\(stage.count == 1 ? "" : "s")"
      return Drawing.text(box.x + box.width / 2 + 8, box.y + boxHeight + 15, words)
    }
    let height = Double(ranks.count) * rowHeight - (rowHeight - boxHeight) + 6
    let table = MarkupTable(
      "The plan", [.text("stage"), .text("what"), .number("out")],
      HTMLReport.bounded(graph.stages, rows: 60, bytes: 12_000) { stage in
        [
          "\(stage.kind, upTo: 40)", "\(stage.title, upTo: 120)",
          "\(stage.count) \(stage.unit, upTo: 40)\(stage.count == 1 ? "" : "s")",
        ]
      })
    let finding = "From \(graph.stages.first?.kind ?? "") to \(graph.stages.last?.kind ?? ""): the stages of the plan."
    return Chart(
      image: Drawing.image("graph", "The graph of the plan", finding: finding, height: height, parts + labels),
      table: table)
  }

  /// The stages in rows: those of one kind beside each other.
  private static func ranks(of graph: PlanGraph) -> [[PlanGraph.Stage]] {
    var ranks: [[PlanGraph.Stage]] = []
    for stage in graph.stages {
      if ranks.last?.last?.kind == stage.kind { ranks[ranks.count - 1].append(stage) } else { ranks.append([stage]) }
    }
    return ranks
  }

  /// Down to the next row; around the boxes between, on the left for a way that passes stages by, on the right for one back.
  private static func arrow(
    _ from: (x: Double, y: Double, width: Double, rank: Int), _ to: (x: Double, y: Double, width: Double, rank: Int)
  ) -> Markup {
    let head: Markup
    let way: Markup
    if to.rank == from.rank + 1 {
      let (x1, y1) = (from.x + from.width / 2, from.y + boxHeight)
      let (x2, y2) = (to.x + to.width / 2, to.y)
      way = "M\(at: x1) \(at: y1)C\(at: x1) \(at: y1 + 14) \(at: x2) \(at: y2 - 16) \(at: x2) \(at: y2 - 4)"
      head = "M\(at: x2 - 3.5) \(at: y2 - 5)L\(at: x2) \(at: y2)L\(at: x2 + 3.5) \(at: y2 - 5)z"
    } else {
      let isBack = to.rank <= from.rank
      let side = isBack ? Drawing.width - 5 : 5
      let (edge1, edge2) = (isBack ? from.x + from.width : from.x, isBack ? to.x + to.width : to.x)
      let (y1, y2) = (from.y + boxHeight / 2, to.y + boxHeight / 2)
      let tip = isBack ? 5.0 : -5.0
      way = "M\(at: edge1) \(at: y1)H\(at: side)V\(at: y2)H\(at: edge2 + tip)"
      head = "M\(at: edge2 + tip) \(at: y2 - 3.5)L\(at: edge2) \(at: y2)L\(at: edge2 + tip) \(at: y2 + 3.5)z"
    }
    return
      "<path d=\"\(way)\" fill=\"none\" stroke=\"#858b94\"/><path d=\"\(head)\" fill=\"#858b94\"/>"
  }
}

package import PipeStorage

/// Numbers in the order in which they were added, the first ones to be taken first. Two pages of them are in memory, the
/// others in a temporary file, whose space is used again.
package struct NumberQueue: ~Copyable {
  private let file: PagedFile
  private let perPage: Int
  private var start = 0
  private var end = 0

  /// - Parameter pageSize: Bytes; memory holds four of them.
  package init(on disk: TemporaryDisk, pageSize: Int = 16 << 10) {
    file = PagedFile(on: disk, memory: 0, pageSize: pageSize)
    perPage = file.pageSize / 8
  }

  package var count: Int { end - start }

  package mutating func append(_ number: Int) throws(RunError) {
    do throws(TemporaryDisk.Refusal) {
      try file.setWord(UInt64(bitPattern: Int64(number)), end)
    } catch {
      throw RunError(error)
    }
    end += 1
  }

  package mutating func popFirst() throws(RunError) -> Int? {
    guard start < end else { return nil }
    let number: Int
    do throws(TemporaryDisk.Refusal) {
      number = Int(Int64(bitPattern: try file.word(start)))
    } catch {
      throw RunError(error)
    }
    start += 1
    if start.isMultiple(of: perPage) || start == end { file.discard((start - 1) / perPage) }
    return number
  }
}

/// Numbers in the order in which they were added, to be read from the start as often as is wanted.
package struct NumberList: ~Copyable {
  private let file: PagedFile
  package private(set) var count = 0

  /// - Parameter pageSize: Bytes; memory holds four of them.
  package init(on disk: TemporaryDisk, pageSize: Int = 16 << 10) {
    file = PagedFile(on: disk, memory: 0, pageSize: pageSize)
  }

  package mutating func append(_ number: Int) throws(RunError) {
    do throws(TemporaryDisk.Refusal) {
      try file.setWord(UInt64(bitPattern: Int64(number)), count)
    } catch {
      throw RunError(error)
    }
    count += 1
  }

  /// The number at a place; `nil` behind the last one.
  package func number(at index: Int) throws(RunError) -> Int? {
    guard index >= 0, index < count else { return nil }
    do throws(TemporaryDisk.Refusal) {
      return Int(Int64(bitPattern: try file.word(index)))
    } catch {
      throw RunError(error)
    }
  }
}

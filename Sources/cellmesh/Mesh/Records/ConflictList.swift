import Replication
import Reports
import Store

/// Keys that wait for somebody to choose, put together from what cells tell of their own: in the order of the stores, so
/// that a page ends, and the next one begins, at the same place for all of them.
struct ConflictList {
    typealias Conflict = ConflictsReport.Conflict

    private var known: [RecordPosition: Conflict] = [:]
    /// Nothing behind it is part of the page: there are as many before it as are wanted, or a cell was read no further.
    private(set) var end: RecordPosition?
    private let limit: Int

    /// - Parameter limit: keys at most.
    init(limit: Int) { self.limit = limit }

    /// By their places in the stores.
    var conflicts: [Conflict] { known.sorted { $0.key < $1.key }.map(\.value) }

    /// A page of one cell.
    /// - Returns: where its next page begins, as the cell takes it; nil where it is not needed.
    mutating func add(_ page: ConflictsReport.Page) -> String? {
        for conflict in page.conflicts {
            let position = RecordPosition(customer: Array(conflict.customer.utf8), key: Array(conflict.key.utf8))
            guard position <= end ?? position else { break }
            if let other = known[position], other.siblings.count >= conflict.siblings.count { continue }
            known[position] = conflict
        }
        if known.count > limit { stop(at: known.keys.sorted()[limit - 1]) }
        guard let next = page.next, let position = RecordPosition(text: next), position < end ?? .last else {
            return nil
        }
        return next
    }

    /// A cell is read no further than this.
    mutating func stop(at position: RecordPosition) {
        end = min(end ?? position, position)
        known = known.filter { $0.key <= position }
    }
}

extension RecordPosition {
    /// Behind every record of a client.
    fileprivate static var last: RecordPosition {
        RecordPosition(hash: .init(rawValue: .max), customer: Array(repeating: .max, count: 256), key: [])
    }
}

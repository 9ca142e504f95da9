import MeshBase
import Replication

/// Records on their way into the store: known by their lines, in order, and fetched one after the other.
struct RefillPage {
    struct Item {
        var line: RecordLine
        /// Which peer has it, as a place among the peers.
        var holder: Int
        /// Nil while the record is not here yet; a tombstone needs no fetching.
        var record: StoredRecord?
        /// Its holder does not have it any more.
        var isGone = false

        var isHere: Bool { record != nil || isGone }
    }

    private(set) var items: [Item]
    /// How far the page reaches once all of it is kept.
    let upTo: RecordPosition
    /// Nothing follows it.
    let isLast: Bool
    private(set) var heldBytes = 0
    var isCommitting = false

    /// Bytes of values that make a commit worth while, and beyond which only what holds the page up is fetched.
    static let commitBytes = 1 << 20
    private static let mostHeld = 4 << 20
    /// Records asked for at once, and the bytes of their names.
    private static let mostNames = 128
    private static let mostNameBytes = 32 << 10

    /// - Parameter hasSiblings: of a key: what is left of its deletion has to be fetched as well.
    init(items: [Item], upTo: RecordPosition, isLast: Bool, hasSiblings: ([UInt8]) -> Bool = { _ in false }) {
        self.items = items
        self.upTo = upTo
        self.isLast = isLast
        for index in self.items.indices
        where self.items[index].line.tombstone && !hasSiblings(self.items[index].line.position.key) {
            self.items[index].record = StoredRecord(line: self.items[index].line, value: [])
        }
    }

    func isHeld(by holder: Int) -> Bool { items.contains { $0.holder == holder && !$0.isHere } }

    /// What is asked of a holder next, in order; at most as many bytes of names as one frame takes.
    func wanted(of holder: Int, limit: Int) -> [RecordPosition] {
        if heldBytes > Self.mostHeld, items.first(where: { !$0.isHere })?.holder != holder { return [] }
        var wanted: [RecordPosition] = []
        var bytes = 0
        for item in items where item.holder == holder && !item.isHere {
            let position = item.line.position
            bytes += 4 + position.customer.count + position.key.count
            guard wanted.isEmpty || wanted.count < Self.mostNames && bytes <= min(limit, Self.mostNameBytes) else {
                break
            }
            wanted.append(position)
        }
        return wanted
    }

    /// Takes what a holder has sent of what it was asked for. What lies before the last record and was not sent is gone,
    /// and so is all the rest when it has sent everything it has.
    mutating func take(_ records: [StoredRecord], asked: [RecordPosition], isComplete: Bool, from holder: Int) {
        let last = isComplete ? asked.last : records.last?.line.position
        guard let last, let first = asked.first else { return }
        var next = records.makeIterator()
        var record = next.next()
        for index in items.indices where items[index].holder == holder && !items[index].isHere {
            let position = items[index].line.position
            guard position >= first else { continue }
            guard position <= last else { break }
            while let early = record, early.line.position < position { record = next.next() }
            if let found = record, found.line.position == position {
                items[index].record = found
                heldBytes += found.value.count
                record = next.next()
            } else {
                items[index].isGone = true
            }
        }
    }

    /// What can be kept now: the longest beginning that is here, when it is the whole or enough. Nil while there is
    /// nothing to be done.
    func ready() -> (records: [StoredRecord], upTo: RecordPosition, isLast: Bool)? {
        guard !isCommitting else { return nil }
        var records: [StoredRecord] = []
        var bytes = 0
        for (count, item) in items.enumerated() {
            guard item.isHere else {
                guard count > 0, bytes >= Self.commitBytes else { return nil }
                return (records, items[count - 1].line.position, false)
            }
            if let record = item.record {
                records.append(record)
                bytes += record.value.count
            }
        }
        return (records, upTo, isLast)
    }

    /// The store has kept everything up to a position; whether that was all.
    mutating func kept(upTo position: RecordPosition) -> Bool {
        isCommitting = false
        items.removeAll { item in
            guard item.line.position <= position else { return false }
            heldBytes -= item.record?.value.count ?? 0
            return true
        }
        return items.isEmpty
    }
}

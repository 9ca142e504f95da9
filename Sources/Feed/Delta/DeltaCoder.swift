import Reports

/// Makes the messages of a feed from its states: deltas of what readers have been told, each 64 KiB at most.
///
/// What has no room waits for the next tick, and is told before what changes then. A mesh with other cells than before is
/// told by a whole state. The latest messages are kept for readers that were away.
package struct DeltaCoder: Sendable {
    /// The longest delta as an event, in bytes.
    package static let mostBytes = 64 << 10
    /// So many deltas are kept for readers that come back.
    package static let kept = 30
    /// The event's other fields, and line feeds.
    private static let frame = 64

    /// What a reader has who has read everything; nil before the first state.
    package private(set) var told: FeedState?
    /// Cells that have changed, and wait for their turn.
    package private(set) var waiting = 0
    private var deltas: [(seq: UInt64, event: [UInt8])] = []
    private let first: UInt64
    /// Where the next tick begins to look.
    private var cursor = 0

    /// - Parameter first: the number of the first message. Of one life of a source it has to be higher than all numbers of the
    ///   life before, so that a reader of that one is told a state; the time in milliseconds is.
    package init(first: UInt64) { self.first = first }

    /// The message that tells the next state; its own number is passed over.
    package mutating func take(_ state: FeedState) -> FeedMessage {
        guard var base = told, base.cells.count == state.cells.count else {
            var state = state
            state.seq = told.map { $0.seq + 1 } ?? first
            told = state
            deltas = []
            (waiting, cursor) = (0, 0)
            return .state(state)
        }
        var state = state
        state.seq = base.seq + 1
        var delta = state.members(since: base)
        var length = ReportJSON.encode(delta).count
        for member in FeedMember.allCases.reversed() where length > Self.mostBytes - Self.frame {
            member.drop(from: &delta)
            length = ReportJSON.encode(delta).count
        }
        put(cells: state.cells, since: base.cells, into: &delta, room: Self.mostBytes - Self.frame - length)
        base.take(delta)
        told = base
        let message = FeedMessage.delta(delta)
        deltas.append((delta.seq, message.serverSentEvent))
        if deltas.count > Self.kept { deltas.removeFirst(deltas.count - Self.kept) }
        return message
    }

    /// The events for a reader that has read up to a number: the deltas since, or a state where they are not kept or the
    /// number is nil or none of this source. Empty where there is nothing new or nothing at all.
    package func events(after number: UInt64?) -> [[UInt8]] {
        guard let told else { return [] }
        if number == told.seq { return [] }
        if let number, let place = deltas.firstIndex(where: { $0.seq == number &+ 1 }) {
            return deltas[place...].map(\.event)
        }
        return [FeedMessage.state(told).serverSentEvent]
    }

    /// Puts changed cells into a delta, from `cursor` on and once around, as far as there is room.
    private mutating func put(cells: FeedCells, since old: FeedCells, into delta: inout FeedDelta, room: Int) {
        let count = cells.count
        let fields = FeedField.allCases
        // `,"cells":{"i":[]}`, then for each column its name in quotes, a colon, brackets and a comma.
        var length = 17
        var widths = [Int](repeating: 0, count: fields.count)
        var used = [Bool](repeating: false, count: fields.count)
        var chosen: [Int] = []
        var isFull = false
        waiting = 0
        let start = cursor < count ? cursor : 0
        for step in 0..<count {
            let cell = (start + step) % count
            var changed = 0
            for field in fields where cells[field, cell] != old[field, cell] { changed |= 1 << field.rawValue }
            guard changed != 0 else { continue }
            if !isFull {
                // Each column that any cell needs is told of all that are chosen.
                var after = length + digits(cell) + 1
                for field in fields where used[field.rawValue] || changed >> field.rawValue & 1 == 1 {
                    let width = cells[field, cell].length(field) + 1
                    after += width
                    if !used[field.rawValue] { after += widths[field.rawValue] + field.name.utf8.count + 6 }
                }
                isFull = after > room
                if isFull { cursor = cell } else { length = after }
            }
            guard !isFull else {
                waiting += 1
                continue
            }
            for field in fields {
                widths[field.rawValue] += cells[field, cell].length(field) + 1
                if changed >> field.rawValue & 1 == 1 { used[field.rawValue] = true }
            }
            chosen.append(cell)
        }
        if !isFull { cursor = 0 }
        guard !chosen.isEmpty else { return }
        chosen.sort()
        var columns: [FeedField: [FeedFigure]] = [:]
        for field in fields where used[field.rawValue] { columns[field] = chosen.map { cells[field, $0] } }
        delta.cells = FeedDelta.Cells(i: chosen, columns: columns)
    }

    private func digits(_ number: Int) -> Int {
        var (digits, rest) = (1, number / 10)
        while rest > 0 { (digits, rest) = (digits + 1, rest / 10) }
        return digits
    }
}

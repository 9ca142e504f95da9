import Reports

/// The last minutes of a feed, to be looked at again: 15 minutes, in 11 KiB a cell and 1 MiB for the mesh.
///
/// Blocks of a minute begin with all that is known, and go on with what changed; a state of the past is read from the
/// beginning of its block. The oldest blocks leave where there is no room, so that a busy mesh has a shorter past.
package struct FeedHistory: Sendable {
    /// How far back it goes at most, in milliseconds.
    package static let longest: Int64 = 15 * 60 * 1_000
    /// Bytes for each cell.
    package static let bytesPerCell = 11 << 10
    /// Bytes for all that is not of one cell.
    package static let bytesOfMesh = 1 << 20
    /// Ticks of a block at most.
    private static let ticksPerBlock = 60

    private struct Block: Sendable {
        /// Of the mesh then.
        let cells: Int
        var bytes: [UInt8] = []
        /// When each tick was; one at least.
        var times: [Int64] = []

        var size: Int { bytes.count + times.count * 8 }
    }

    private var blocks: [Block] = []
    private var latest: FeedState?
    /// Bytes in use.
    package private(set) var size = 0

    /// No past.
    package init() {}

    /// The times of the first and the last state that are kept, in milliseconds since 1970; nil where there is none.
    package var span: ClosedRange<Int64>? {
        guard let first = blocks.first?.times.first, let last = latest?.t else { return nil }
        return first...last
    }

    /// Keeps a state. One that is not later than the last, as after a clock was set back, begins a new past.
    package mutating func append(_ state: FeedState) {
        if let latest, state.t <= latest.t || state.cells.count != latest.cells.count {
            blocks = []
            size = 0
        }
        let empty = FeedState(seq: 0, t: 0, cells: state.cells.count)
        if blocks.isEmpty || blocks[blocks.count - 1].times.count >= Self.ticksPerBlock {
            blocks.append(Block(cells: state.cells.count))
            latest = nil
        }
        let place = blocks.count - 1
        let before = blocks[place].size
        Self.append(state, since: latest ?? empty, to: &blocks[place].bytes)
        blocks[place].times.append(state.t)
        size += blocks[place].size - before
        latest = state
        let most = Self.bytesPerCell * state.cells.count + Self.bytesOfMesh
        while blocks.count > 1, size > most || blocks[0].times.last ?? 0 < state.t - Self.longest {
            size -= blocks[0].size
            blocks.removeFirst()
        }
    }

    /// The last state that is not later than a time; nil where that is before the past begins.
    package func state(at time: Int64) -> FeedState? {
        guard let block = blocks.last(where: { $0.times[0] <= time }) else { return nil }
        var state = FeedState(seq: 0, t: 0, cells: block.cells)
        var place = 0
        for tick in block.times.indices {
            guard block.times[tick] <= time else { break }
            Self.read(block.bytes, &place, into: &state)
        }
        return state
    }

    /// States from a time on, in their order: the first of each stretch of that length.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970.
    ///   - every: milliseconds, above 0.
    package func states(from time: Int64, every: Int64) -> [FeedState] {
        var found: [FeedState] = []
        var next = time
        for block in blocks where block.times.last ?? 0 >= next {
            var state = FeedState(seq: 0, t: 0, cells: block.cells)
            var place = 0
            for tick in block.times.indices {
                Self.read(block.bytes, &place, into: &state)
                guard block.times[tick] >= next else { continue }
                found.append(state)
                next = block.times[tick] + every
            }
        }
        return found
    }

    // MARK: Bytes

    private static func append(_ state: FeedState, since old: FeedState, to bytes: inout [UInt8]) {
        var members = state.members(since: old)
        (members.seq, members.t) = (state.seq, state.t)
        let document = ReportJSON.encode(members)
        CellCodec.append(UInt64(document.count), to: &bytes)
        bytes += document
        CellCodec.append(state.cells, since: old.cells, to: &bytes)
    }

    private static func read(_ bytes: borrowing [UInt8], _ place: inout Int, into state: inout FeedState) {
        let length = Int(CellCodec.number(bytes, &place))
        let document = Array(bytes[place..<place + length])
        place += length
        guard let members = ReportJSON.decode(FeedDelta.self, document) else {
            preconditionFailure("the past cannot be read")
        }
        state.take(members)
        CellCodec.read(bytes, &place, into: &state.cells)
    }
}

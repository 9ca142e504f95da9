import Evacuation

/// The mesh at one instant, as far as the feed tells it.
package struct FeedState: Codable, Sendable, Equatable {
    /// Counts ticks of one life of the source; also the event's id.
    package var seq: UInt64
    /// Milliseconds since 1970, UTC.
    package var t: Int64
    /// What is known of each cell.
    package var cells: FeedCells
    /// The whole mesh.
    package var mesh = FeedMesh()
    /// Each router, 64 at most; absent where the source says nothing of them, as earlier releases did not.
    package var routers: [FeedRouter]?
    /// Layer by layer, from the routers on.
    package var amplification: [FeedAmplification] = []
    /// Predicted beside observed.
    package var impact = FeedImpact()
    /// Gates that are not closed.
    package var breakers: [FeedBreaker] = []
    /// Faults in force.
    package var faults: [FeedFault] = []
    /// The evacuation or restore under way or the last one; nil where none was.
    @Nullable package var evacuation: EvacuationStatus?
    /// The drill that runs.
    @Nullable package var drill: FeedDrill?
    /// The monkey that is loose.
    @Nullable package var monkey: FeedSwitch?
    /// The halt in force.
    @Nullable package var halt: FeedSwitch?
    /// Alerts that fire.
    package var alerts: [FeedAlert] = []
    /// The load generator.
    @Nullable package var load: FeedLoad?
    /// The worst that any process says of the host.
    package var host = Vitals.Host()

    /// Nothing is known of so many cells.
    package init(seq: UInt64, t: Int64, cells: Int) {
        self.seq = seq
        self.t = t
        self.cells = FeedCells(count: cells)
        (evacuation, drill, monkey, halt, load) = (nil, nil, nil, nil, nil)
    }
}

/// What has changed since the state of the number before: absent is unchanged, null is gone.
package struct FeedDelta: Codable, Sendable, Equatable {
    /// Cells with a change, and of these the columns in which any of them has one.
    package struct Cells: Sendable, Equatable {
        /// Positions in the shape's cells, rising.
        package var i: [Int]
        /// By column, a figure for each of `i`.
        package var columns: [FeedField: [FeedFigure]]

        /// Figures of some cells.
        package init(i: [Int], columns: [FeedField: [FeedFigure]]) {
            self.i = i
            self.columns = columns
        }
    }

    /// One more than of the state that it goes on from.
    package var seq: UInt64
    /// Milliseconds since 1970, UTC.
    package var t: Int64
    /// Absent where no cell has changed.
    package var cells: Cells?
    /// Each member as of `FeedState`, where it is another.
    package var mesh: FeedMesh?
    /// See `mesh`.
    package var routers: [FeedRouter]?
    /// See `mesh`.
    package var amplification: [FeedAmplification]?
    /// See `mesh`.
    package var impact: FeedImpact?
    /// See `mesh`.
    package var breakers: [FeedBreaker]?
    /// See `mesh`.
    package var faults: [FeedFault]?
    /// See `mesh`.
    package var evacuation: Nullable<EvacuationStatus>?
    /// See `mesh`.
    package var drill: Nullable<FeedDrill>?
    /// See `mesh`.
    package var monkey: Nullable<FeedSwitch>?
    /// See `mesh`.
    package var halt: Nullable<FeedSwitch>?
    /// See `mesh`.
    package var alerts: [FeedAlert]?
    /// See `mesh`.
    package var load: Nullable<FeedLoad>?
    /// See `mesh`.
    package var host: Vitals.Host?

    /// Nothing has changed but the time.
    package init(seq: UInt64, t: Int64) {
        self.seq = seq
        self.t = t
    }
}

extension FeedDelta.Cells: Codable {
    private enum IndexKey: String, CodingKey { case i }

    package init(from decoder: any Decoder) throws {
        i = try decoder.container(keyedBy: IndexKey.self).decode([Int].self, forKey: .i)
        let container = try decoder.container(keyedBy: FeedField.self)
        columns = [:]
        for field in FeedField.allCases where container.contains(field) {
            let column = try FeedColumn.decode(field, from: container)
            guard column.count == i.count else {
                throw DecodingError.dataCorruptedError(
                    forKey: field, in: container, debugDescription: "it has not a figure for each cell")
            }
            columns[field] = column
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var index = encoder.container(keyedBy: IndexKey.self)
        try index.encode(i, forKey: .i)
        var container = encoder.container(keyedBy: FeedField.self)
        for field in FeedField.allCases {
            if let column = columns[field] { try FeedColumn.encode(column, field, to: &container) }
        }
    }
}

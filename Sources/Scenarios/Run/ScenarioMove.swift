import MeshBase

/// What came of an evacuation or a restore that an action had begun.
package struct ScenarioMove: Sendable, Equatable {
    /// It came to its end, and was not taken back.
    package var isCompleted: Bool
    /// From its first begin to the last request to a cell that it leaves; nil where none was sent, and of a restore.
    package var off: TimeAmount?
    /// How long writes waited that met a change, the 99th percentile; nil where none did.
    package var writePause: TimeAmount?
    /// The lower end of its interval; nil where no write is surely below it.
    package var writePauseLow: TimeAmount?
    /// How many writes it is of; nil where nobody says.
    package var writes: Int?

    package init(
        isCompleted: Bool, off: TimeAmount? = nil, writePause: TimeAmount? = nil, writePauseLow: TimeAmount? = nil,
        writes: Int? = nil
    ) {
        self.isCompleted = isCompleted
        self.off = off
        self.writePause = writePause
        self.writePauseLow = writePauseLow
        self.writes = writes
    }
}

/// What stores and placement were found to be; nil where nobody has looked, or could not see.
package struct ScenarioStock: Sendable, Equatable {
    /// Rows of customers in the stores of a region that was left, when it is to be taken back.
    package var rowsLeft: Int?
    /// Customers on other cells than predicted, at that moment.
    package var customersAstray: Int?
    /// Customers who at the end are not on the cells of before.
    package var customersMoved: Int?
    /// Cells that hold fewer rows at the end than before.
    package var cellsPoorer: Int?
    /// What single cells have acknowledged and others do not have yet, at the end.
    package var hintsLeft: Int?

    package init() {}

    /// Takes over what the other has seen.
    mutating func merge(_ other: ScenarioStock) {
        rowsLeft = other.rowsLeft ?? rowsLeft
        customersAstray = other.customersAstray ?? customersAstray
        customersMoved = other.customersMoved ?? customersMoved
        cellsPoorer = other.cellsPoorer ?? cellsPoorer
        hintsLeft = other.hintsLeft ?? hintsLeft
    }
}

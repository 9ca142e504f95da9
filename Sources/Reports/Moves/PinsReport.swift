/// `pins ls -o json`: the customers whose cells were chosen by hand.
package struct PinsReport: Codable, Sendable, Equatable {
    /// One of them.
    package struct Pin: Codable, Sendable, Equatable {
        /// Its name; nil where the placement, which keeps hashes, has one that no name is known for.
        @Nullable package var customer: String?
        /// The hash of its name, 16 hexadecimal digits.
        package var hash: String
        /// The cohort that it belongs to.
        package var cohort: Int
        /// The one epoch in which it is served.
        package var epoch: UInt32
        /// `stable`, `joint` or `new`.
        package var phase: String
        /// The cells that are to hold it, in the order in which they serve.
        package var cells: [String]
        /// The cells that it leaves, while it moves.
        package var leaving: [String]
        /// Where it returns to when its region is restored; empty where it never had to leave.
        package var home: [String]
        /// The pin ends with the move that is under way.
        package var ends: Bool

        package init(
            customer: String?, hash: String, cohort: Int, epoch: UInt32, phase: String, cells: [String],
            leaving: [String], home: [String], ends: Bool
        ) {
            self.customer = customer
            self.hash = hash
            self.cohort = cohort
            self.epoch = epoch
            self.phase = phase
            self.cells = cells
            self.leaving = leaving
            self.home = home
            self.ends = ends
        }
    }

    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// By cohort and hash; at most `most`.
    package var pins: [Pin]
    /// How many there are, also those that are left out.
    package var count: Int

    /// More are counted, and not listed.
    package static let most = 10_000

    package init(pins: [Pin], count: Int) {
        self.pins = pins
        self.count = count
    }
}

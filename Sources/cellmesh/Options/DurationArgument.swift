import ArgumentParser
import Blueprints
import MeshBase

/// A length of time on the command line: `250ms`, `5s`, `2m`.
struct DurationArgument: ExpressibleByArgument, Sendable, Equatable {
    var amount: TimeAmount

    init(_ amount: TimeAmount) { self.amount = amount }

    init?(argument: String) {
        guard let amount = Syntax.duration(argument) else { return nil }
        self.amount = amount
    }

    var defaultValueDescription: String { Syntax.written(amount) }
    /// Whole milliseconds, rounded up.
    var milliseconds: Int64 { amount.millisecondsRoundedUp }
}

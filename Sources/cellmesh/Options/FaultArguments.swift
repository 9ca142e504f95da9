import ArgumentParser
import Blueprints
import MeshBase

/// A share on the command line: `5%` or `0.05`.
struct RatioArgument: ExpressibleByArgument, Sendable, Equatable {
    var value: Double

    init(_ value: Double) { self.value = value }

    init?(argument: String) {
        guard let value = Syntax.ratio(argument) else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { "\((value * 1_000_000).rounded() / 10_000)%" }
}

/// A bandwidth on the command line: `1MiB/s`.
struct BandwidthArgument: ExpressibleByArgument, Sendable, Equatable {
    var bytes: Int

    init?(argument: String) {
        guard let bytes = Syntax.bandwidth(argument) else { return nil }
        self.bytes = bytes
    }
}

/// How many times more slowly, on the command line: `100x`.
struct FactorArgument: ExpressibleByArgument, Sendable, Equatable {
    var value: Double

    init?(argument: String) {
        guard let value = Syntax.factor(argument) else { return nil }
        self.value = value
    }
}

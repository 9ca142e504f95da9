import ArgumentParser
import Blueprints
import MeshBase
import SimDriver

/// `50,200`: whole numbers.
struct CountList: ExpressibleByArgument, Sendable, Equatable {
    var counts: [Int]
    init(_ counts: [Int]) { self.counts = counts }
    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        counts = parts.compactMap { Syntax.integer(String($0)) }
        guard counts.count == parts.count, counts.allSatisfy({ $0 >= 0 }) else { return nil }
    }
    var defaultValueDescription: String { counts.map { String($0) }.joined(separator: ",") }
}

/// `1%,5%`: ratios of 0 to 1.
struct RatioList: ExpressibleByArgument, Sendable, Equatable {
    var ratios: [Double]
    init(_ ratios: [Double]) { self.ratios = ratios }
    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        ratios = parts.compactMap { Syntax.ratio(String($0)) }
        guard ratios.count == parts.count, ratios.allSatisfy({ $0 <= 1 }) else { return nil }
    }
    var defaultValueDescription: String {
        ratios.map { "\(Wording.fixed($0 * 100, 0))%" }.joined(separator: ",")
    }
}

/// `lifeguard,plain`, or `parts` for Lifeguard without each of its parts.
struct ArmList: ExpressibleByArgument, Sendable, Equatable {
    var arms: [SwimArm]
    init(_ arms: [SwimArm]) { self.arms = arms }
    init?(argument: String) {
        arms = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "parts": arms += SwimArm.parts
            case "all": arms += SwimArm.allCases
            default:
                guard let arm = SwimArm(rawValue: String(word)) else { return nil }
                arms.append(arm)
            }
        }
    }
    var defaultValueDescription: String { arms.map(\.rawValue).joined(separator: ",") }
    static var allValueStrings: [String] { SwimArm.allCases.map(\.rawValue) + ["parts", "all"] }
}

/// `1..1000`: seeds, both included; `7` for one.
struct SeedRange: ExpressibleByArgument, Sendable, Equatable {
    var first: UInt64
    var last: UInt64
    init(_ range: ClosedRange<UInt64>) { (first, last) = (range.lowerBound, range.upperBound) }
    init?(argument: String) {
        guard let dots = argument.firstRange(of: "..") else {
            guard let one = Syntax.unsigned(argument) else { return nil }
            (first, last) = (one, one)
            return
        }
        guard let first = Syntax.unsigned(String(argument[..<dots.lowerBound])),
            let last = Syntax.unsigned(String(argument[dots.upperBound...])), first <= last, last - first < 10_000_000
        else { return nil }
        (self.first, self.last) = (first, last)
    }
    var count: Int { Int(last - first) + 1 }
    var range: ClosedRange<UInt64> { first...last }
    var defaultValueDescription: String { "\(first)..\(last)" }
}

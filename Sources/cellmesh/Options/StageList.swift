import ArgumentParser
import Evacuation

/// `5,25,50,75,95,100`: percentages that rise and end with 100.
struct StageList: ExpressibleByArgument, Sendable, Equatable {
    var percents: [Int]

    init(_ percents: [Int]) { self.percents = percents }

    init?(argument: String) {
        guard let percents = try? EvacuationStages.percents(parsing: argument) else { return nil }
        self.percents = percents
    }

    var defaultValueDescription: String { percents.map(String.init).joined(separator: ",") }
}

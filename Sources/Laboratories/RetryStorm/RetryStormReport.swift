import MeshBase

/// What came of a storm, arm by arm.
package struct RetryStormReport: Sendable, Equatable, Encodable {
    /// One set of fixes.
    package struct Arm: Sendable, Equatable, Encodable {
        /// In force, none of them in the first arm.
        package let fixes: [StormFix]
        /// Attempts at the last service for one request while that is gone.
        package internal(set) var amplification = 0.0
        /// Attempts for one call, layer by layer from the clients on.
        package internal(set) var byLayer: [Double] = []
        /// The most attempts of a second at the last service, over the requests of a second.
        package internal(set) var peakLoad = 0.0
        /// Answers over requests, from the end of the trouble on, 0...1 and a little more where old ones come late.
        package internal(set) var goodput = 0.0
        /// Work that was done for nobody, of all work from the beginning of the trouble on, 0...1.
        package internal(set) var wasted = 0.0
        /// Of answers to requests that came after the trouble; nil where there were none.
        package internal(set) var p99: TimeAmount?
        /// After the end of the trouble, until nearly all requests are answered again; nil: they never are.
        package internal(set) var recovered: TimeAmount?
        /// Second by second: attempts at the last service, and answers to clients, over the rate of requests.
        package internal(set) var load: [Double] = []
        /// Answers to clients, second by second, over the rate of requests.
        package internal(set) var answered: [Double] = []

        init(fixes: [StormFix]) { self.fixes = fixes }

        /// As it is called in tables.
        package var name: String {
            fixes.isEmpty
                ? "none"
                : fixes.count == StormFix.allCases.count ? "all" : fixes.map(\.rawValue).joined(separator: ", ")
        }

        private enum CodingKeys: String, CodingKey {
            case fixes, amplification, goodput, wasted, load, answered
            case byLayer = "by_layer"
            case peakLoad = "peak_load"
            case p99 = "p99_ms"
            case recovered = "recovered_ms"
        }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(fixes, forKey: .fixes)
            try document.encode(amplification, forKey: .amplification)
            try document.encode(byLayer, forKey: .byLayer)
            try document.encode(peakLoad, forKey: .peakLoad)
            try document.encode(goodput, forKey: .goodput)
            try document.encode(wasted, forKey: .wasted)
            // Null is an answer of its own, so the key stays.
            try document.encode(p99?.milliseconds, forKey: .p99)
            try document.encode(recovered?.milliseconds, forKey: .recovered)
            try document.encode(load, forKey: .load)
            try document.encode(answered, forKey: .answered)
        }
    }

    /// What was tried.
    package let settings: RetryStormLab.Settings
    /// Products over the layers.
    package let predicted: RetryStormPrediction
    /// In the order in which they were asked for.
    package let arms: [Arm]

    private enum CodingKeys: String, CodingKey {
        case schema, seed, layers, attempts, rate, load, predicted, arms
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(settings.layers, forKey: .layers)
        try document.encode(settings.attempts, forKey: .attempts)
        try document.encode(settings.rate, forKey: .rate)
        try document.encode(settings.load, forKey: .load)
        try document.encode(predicted, forKey: .predicted)
        try document.encode(arms, forKey: .arms)
    }
}

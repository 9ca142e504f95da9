import MeshBase
import Resilience

enum PredictExample: Example {
    static let name = "predict"
    static let shows = "a target that becomes unlike itself, before it fails"

    static func run() -> Table {
        let policy = PredictorPolicy.local
        var predictor = FailurePredictor()
        var random = Generator(seed: 1)
        var table = Table("s", "latency ms", "probability", "predicted")
        for sample in 0..<260 {
            let now = at(Int64(sample) * 250)
            // From 60 s on it is slower by a tenth with every sample.
            let growth = 1 + 0.1 * Double(max(sample - 240, 0))
            let latency = (0.02 + 0.002 * random.unit()) * growth
            let features = PredictorFeatures(latency: latency, latencyVariance: 0.1 * growth, requestRate: 100)
            let found = predictor.observe(features, isFailing: false, open: .seconds(2), policy, now: now)
            if sample == 20 || sample == 200 || sample > 240 && sample % 3 == 0 || found.begins {
                table.row(
                    fixed(Double(sample) / 4, 1), fixed(latency * 1_000, 1), fixed(found.probability),
                    found.begins ? "begins" : found.isPredicted ? "yes" : "no")
            }
        }
        return table
    }
}

import MeshBase
import Reports

/// What is typed for a fault: `latency us-east-1 100ms for 30s`, `loss zone/us-east/a 5%`, `errors service/payment 50%`.
enum FaultText {
    static let kinds = [
        "latency", "loss", "duplicate", "bandwidth", "reset", "blackhole", "partition", "errors", "hang",
    ]

    static func action(_ text: String) -> Result<TopAction, TopFailure> {
        var words = text.split(separator: " ").map(String.init)
        guard let kind = words.first else {
            return .failure(TopFailure("write KIND TARGET, such as latency us-east-1 100ms"))
        }
        guard kinds.contains(kind) else {
            return .failure(TopFailure("there is no fault '\(kind)'; there are: \(kinds.joined(separator: " "))"))
        }
        words.removeFirst()
        var options = PredictionRequest.Options()
        options.kind = kind
        options.lease = TopAction.lease
        if let place = words.lastIndex(of: "for") {
            guard place == words.count - 2, let lease = milliseconds(words[place + 1]), lease >= 1 else {
                return .failure(TopFailure("behind 'for' stands how long, such as 30s"))
            }
            options.lease = Int64(lease)
            words.removeLast(2)
        }
        var targets: [String] = []
        for word in words {
            if word.hasSuffix("%"), let share = Double(word.dropLast()), (0...100).contains(share) {
                options.rate = share / 100
            } else if let time = milliseconds(word) {
                if options.delay == nil { options.delay = time } else { options.jitter = time }
            } else {
                targets.append(word)
            }
        }
        guard !targets.isEmpty else { return .failure(TopFailure("say where: a cell, zone, region or service")) }
        return .success(TopAction(.fault, targets.joined(separator: " "), targets: targets, options: options))
    }

    /// `250ms`, `5s`, `2m`; nil for what is no length of time.
    private static func milliseconds(_ word: String) -> Double? {
        for (unit, factor) in [("ms", 1.0), ("s", 1_000), ("m", 60_000)] where word.hasSuffix(unit) {
            guard let value = Double(word.dropLast(unit.utf8.count)), value >= 0, value.isFinite, value < 1e9 else {
                continue
            }
            return value * factor
        }
        return nil
    }
}

import MeshBase

/// How one request goes to a collector over HTTP: what is asked again, after which time, and when that is given up. It reads no
/// clock and sends nothing.
package struct OTLPDelivery: Sendable {
    /// What came of one sending.
    package enum Answer: Sendable, Equatable {
        /// - `retryAfter`: as the collector says; nil where it says nothing.
        case status(Int, retryAfter: TimeAmount? = nil, body: [UInt8] = [])
        /// No connection, or none until the answer was there.
        case lost(String)
    }

    /// What is next.
    package enum Step: Sendable, Equatable {
        case sendAgain(after: TimeAmount)
        /// It is there. `rejected` spans of it were not taken, and are not sent again (partial success).
        case delivered(rejected: Int, message: String)
        /// It is not, and will not be.
        case failed(String)
    }

    /// First pause, doubled with each further one, half of it by chance.
    package static let firstPause = TimeAmount.milliseconds(500)
    package static let longestPause = TimeAmount.seconds(30)

    /// How long all pauses together may be.
    package let patience: TimeAmount
    private var waited = TimeAmount.zero
    private var pause = OTLPDelivery.firstPause
    /// How often it was sent and came to nothing.
    package private(set) var tries = 0

    package init(patience: TimeAmount) { self.patience = patience }

    /// - Parameter coins: spread the pauses of several senders.
    package mutating func answered(_ answer: Answer, using coins: inout Generator) -> Step {
        switch answer {
        case .status(200...299, _, let body): return Self.delivered(body)
        case .status(let status, let retryAfter, let body) where [429, 502, 503, 504].contains(status):
            return again("the collector answers \(status)\(Self.text(body))", retryAfter, &coins)
        case .status(let status, _, let body):
            return .failed("the collector refuses it with \(status)\(Self.text(body))")
        case .lost(let why): return again(why, nil, &coins)
        }
    }

    private mutating func again(_ why: String, _ retryAfter: TimeAmount?, _ coins: inout Generator) -> Step {
        tries += 1
        let half = pause * 0.5
        let wait = retryAfter.map { max($0, .zero) } ?? half + half * coins.unit()
        pause = min(pause * 2.0, Self.longestPause)
        guard waited + wait <= patience else {
            return .failed("\(why), \(tries) time\(tries == 1 ? "" : "s")")
        }
        waited = waited + wait
        return .sendAgain(after: wait)
    }

    /// Of an `ExportTraceServiceResponse`; anything else says nothing.
    private static func delivered(_ body: [UInt8]) -> Step {
        guard let response = ReportJSON.decode(Response.self, body), let partial = response.partialSuccess else {
            return .delivered(rejected: 0, message: "")
        }
        return .delivered(rejected: partial.rejected, message: partial.errorMessage ?? "")
    }

    private static func text(_ body: [UInt8]) -> String {
        guard let message = ReportJSON.decode(Status.self, body)?.message, !message.isEmpty else { return "" }
        return ": " + String(message.prefix(200))
    }

    private struct Status: Decodable { var message: String? }

    private struct Response: Decodable {
        struct Partial: Decodable {
            var rejected = 0
            var errorMessage: String?

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                errorMessage = try container.decodeIfPresent(String.self, forKey: .errorMessage)
                // 64 bits: text by the mapping, a number with some.
                if let text = try? container.decodeIfPresent(String.self, forKey: .rejectedSpans) {
                    rejected = Int(text) ?? 0
                } else {
                    rejected = try container.decodeIfPresent(Int.self, forKey: .rejectedSpans) ?? 0
                }
            }
            private enum CodingKeys: String, CodingKey { case rejectedSpans, errorMessage }
        }
        var partialSuccess: Partial?
    }
}

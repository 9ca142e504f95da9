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

    /// First pause, doubled with each further one, half of it by chance. A collector may ask for longer ones, never for
    /// shorter ones: who says "at once" to everybody is asked by all of them in a loop.
    package static let firstPause = TimeAmount.milliseconds(500)
    package static let longestPause = TimeAmount.seconds(30)

    /// For one request and its answer, while there is patience for more.
    package static let longestTry = TimeAmount.seconds(10)
    /// What the first one has in any case.
    package static let shortestTry = TimeAmount.seconds(1)

    /// How long all sendings and pauses together may be.
    package let patience: TimeAmount
    /// What the request holds.
    private let spans: Int
    private var spent = TimeAmount.zero
    private var pause = OTLPDelivery.firstPause
    /// How often it was sent and came to nothing.
    package private(set) var tries = 0
    /// Why it came to nothing the last time; empty before.
    package private(set) var trouble = ""

    package init(patience: TimeAmount, spans: Int) {
        self.patience = patience
        self.spans = spans
    }

    /// What is left of the patience.
    package var left: TimeAmount { max(patience - spent, .zero) }

    /// How long the next sending may take, its answer included.
    package var limit: TimeAmount { min(tries == 0 ? max(left, Self.shortestTry) : left, Self.longestTry) }

    /// - Parameters:
    ///   - took: from the sending to what came of it.
    ///   - coins: spread the pauses of several senders.
    package mutating func answered(_ answer: Answer, took: TimeAmount, using coins: inout Generator) -> Step {
        spent = spent + took
        switch answer {
        case .status(let status, _, let body) where 200...299 ~= status: return delivered(status, body)
        case .status(let status, let retryAfter, let body) where [429, 502, 503, 504].contains(status):
            return again("the collector answers \(status)\(Self.text(body))", retryAfter, &coins)
        case .status(let status, _, let body):
            return .failed("the collector refuses it with \(status)\(Self.text(body))")
        case .lost(let why): return again(why, nil, &coins)
        }
    }

    private mutating func again(_ why: String, _ retryAfter: TimeAmount?, _ coins: inout Generator) -> Step {
        tries += 1
        trouble = why
        let half = pause * 0.5
        let wait = max(retryAfter ?? .zero, half + half * coins.unit())
        pause = min(pause * 2.0, Self.longestPause)
        // A sending for which no time is left would come to nothing.
        guard spent + wait < patience else {
            return .failed("\(why), \(tries) time\(tries == 1 ? "" : "s")")
        }
        spent = spent + wait
        return .sendAgain(after: wait)
    }

    /// An `ExportTraceServiceResponse`, empty where there is nothing to say. A page of some other server is no success: the
    /// spans went nowhere.
    private func delivered(_ status: Int, _ body: [UInt8]) -> Step {
        guard !body.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            return .delivered(rejected: 0, message: "")
        }
        guard let response = ReportJSON.decode(Response.self, body) else {
            return .failed("answered \(status), and not as a collector does")
        }
        guard let partial = response.partialSuccess else { return .delivered(rejected: 0, message: "") }
        return .delivered(
            rejected: min(partial.rejected, spans), message: String((partial.errorMessage ?? "").prefix(200)))
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
                    rejected = Int(text) ?? -1
                } else {
                    rejected = try container.decodeIfPresent(Int.self, forKey: .rejectedSpans) ?? 0
                }
                guard rejected >= 0 else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .rejectedSpans, in: container, debugDescription: "no number of spans")
                }
            }
            private enum CodingKeys: String, CodingKey { case rejectedSpans, errorMessage }
        }
        var partialSuccess: Partial?
    }
}

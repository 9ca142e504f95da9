/// Finds a dependency whose probes pass while the requests of users fail: what probes ask is not what users need. (Huang
/// et al., Gray Failure, HotOS 2017: differential observability.)
public struct GrayFailureDetector: Sendable {
    /// Results of each kind before which nothing is found.
    public static let least = 10

    private var probes = ResultHistory()
    private var requests = ResultHistory()

    /// Without results.
    public init() {}

    /// Takes the result of a probe.
    public mutating func recordProbe(_ isGood: Bool) { probes.record(isGood) }

    /// Takes the result of a user's request.
    public mutating func recordRequest(_ isGood: Bool) { requests.record(isGood) }

    /// Forgets what is known of requests: those from now on are judged by themselves.
    public mutating func forgetRequests() { requests = ResultHistory() }

    /// More than 90 % of the last 100 probes passed, and less than half of the last 100 requests.
    public var isGray: Bool {
        guard probes.count >= Self.least, requests.count >= Self.least else { return false }
        return probes.good * 10 > probes.count * 9 && requests.good * 2 < requests.count
    }

    /// What the finding stands on.
    public func explain() -> Explanation {
        let (probe, request) = (probes.share ?? 0, requests.share ?? 0)
        return Explanation(
            "\(isGray ? "gray" : "agreed"): \(probes.good) of \(probes.count) probes passed, "
                + "\(requests.good) of \(requests.count) requests",
            [
                .init("probes_passed", probe), .init("probes", Double(probes.count)),
                .init("requests_passed", request), .init("requests", Double(requests.count)),
            ])
    }
}

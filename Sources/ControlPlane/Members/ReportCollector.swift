import MeshBase
import UVDriver

/// Asks several processes for the same page at once.
enum ReportCollector {
    /// How long a process may take to answer.
    static let patience = TimeAmount.seconds(1)

    /// `completion` is called once, with a report from each that was asked; nil from those that gave none in time.
    static func ask<Report: Decodable>(
        _ processes: [(name: ProcessName, admin: Endpoint)], _ target: String, as type: Report.Type,
        through client: HTTPClient, _ completion: @escaping ([ProcessName: Report?]) -> Void
    ) {
        guard !processes.isEmpty else { return completion([:]) }
        let answers = Answers<Report>(expected: processes.count)
        for process in processes {
            client.send(HTTPOutgoing(.get, process.admin, target), timeout: patience) { result in
                var report: Report?
                if case .success(let answer) = result, answer.isSuccess {
                    report = ReportJSON.decode(type, answer.body)
                }
                answers.found[process.name] = .some(report)
                if answers.found.count == answers.expected { completion(answers.found) }
            }
        }
    }

    private final class Answers<Report> {
        var found: [ProcessName: Report?] = [:]
        let expected: Int
        init(expected: Int) { self.expected = expected }
    }
}

extension MembersReport {
    /// A view together with how many of the asked see the same.
    ///
    /// - Parameters:
    ///   - base: whose view; nil: `own`.
    ///   - views: of all that were asked.
    static func agreed(
        _ own: MembersReport, from base: ProcessName?, _ views: [ProcessName: MembersReport?]
    ) -> Result<MembersReport, APIFailure> {
        var report = own
        if let base {
            guard let view = views[base] ?? nil else {
                return .failure(APIFailure(504, "\(base) did not tell its view in time."))
            }
            report = view
        }
        report.agree = Agreement.count(report, among: [own] + views.values.compactMap { $0 })
        report.of = views.count + 1
        return .success(report)
    }
}

extension TargetResolver {
    /// The one node whose view is asked for; nil: the control plane's own.
    func observer(_ name: String?) throws(APIFailure) -> ProcessName? {
        guard let name else { return nil }
        let names: [ProcessName]
        do throws(Unknown) { names = try resolve(name) } catch { throw APIFailure(404, error.description) }
        guard names.count == 1 else { throw APIFailure(400, "'\(name)' is not one node.") }
        return names[0].role == .control ? nil : names[0]
    }
}

import ControlPlane
import MeshBase
import Reports
import Terminal
import UVDriver
import Wire

/// What is asked of the control plane, beside the feed.
extension TopSession {
    func predict(_ action: TopAction) {
        send("/v1/predict", ReportJSON.encode(action.request)) { [unowned self] result in
            let report = result.flatMap { body in
                ReportJSON.decode(PredictionReport.self, body).map { .success($0) }
                    ?? .failure(TopFailure("the answer of the control plane is not understood"))
            }
            carry(out: model.take(prediction: report, of: action, now: loop.now()))
            changed()
        }
    }

    func act(_ action: TopAction, _ prediction: String) {
        let (path, body) = action.post(prediction: prediction)
        send(path, body) { [unowned self] result in
            carry(out: model.took(result.flatMap { Self.outcome($0, of: action) }, of: action, now: loop.now()))
            changed()
        }
    }

    private struct HaltBody: Encodable { var release: Bool }

    func halt(release: Bool) {
        send("/v1/halt", ReportJSON.encode(HaltBody(release: release))) { [unowned self] result in
            model.halted(result.map { _ in release }, now: loop.now())
            changed()
        }
    }

    /// What there is to say of an answer beside that it is done.
    private static func outcome(_ body: [UInt8], of action: TopAction) -> Result<String?, TopFailure> {
        guard let report = ReportJSON.decode(ActionReport.self, body) else { return .success(nil) }
        if let failed = report.targets.first(where: \.failed) {
            return .failure(TopFailure("\(failed.name): \(failed.detail ?? "it could not be done")"))
        }
        guard let odd = report.targets.first(where: { $0.action.hasPrefix("already-") || $0.action.hasPrefix("not-") })
        else { return .success(nil) }
        return .success("\(odd.name): \(odd.action.replacing("-", with: " "))")
    }

    private func send(_ path: String, _ body: [UInt8], _ completion: @escaping (Result<[UInt8], TopFailure>) -> Void) {
        guard let client = try? ControlClient(directory) else {
            // As an answer it comes later too.
            _ = try? LoopTimer.once(loop: loop, after: .zero) {
                completion(.failure(TopFailure("the control plane does not run")))
            }
            return
        }
        http.send(client.request(.post, path, body: body), timeout: .seconds(30)) { result in
            switch result {
            case .failure(let error): completion(.failure(TopFailure("\(error)")))
            case .success(let answer) where answer.isSuccess: completion(.success(answer.body))
            case .success(let answer):
                let problem = ReportJSON.decode(ProblemReport.self, answer.body)
                let isStale = answer.status == 409 && problem?.type?.hasSuffix("stale-prediction") == true
                completion(
                    .failure(TopFailure(problem?.detail ?? "it was answered with \(answer.status)", isStale: isStale)))
            }
        }
    }
}

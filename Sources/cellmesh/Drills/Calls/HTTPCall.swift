import MeshBase
import Reports
import Scenarios
import UVDriver
import Wire

/// A request of a scenario.
enum HTTPCall {
    /// Makes it, and waits for the answer.
    static func perform(
        _ request: ScenarioCall.Request, _ timeout: TimeAmount, _ secrets: SecretBook
    ) -> ScenarioCaller.Outcome {
        let outgoing = outgoing(request, secrets)
        switch BlockingHTTPClient.send(outgoing, timeout: timeout) {
        case .success(let answer):
            let body = String(decoding: answer.body.prefix(ScenarioCall.mostOutput), as: UTF8.self)
            // Parameters behind the type, such as the character set, change nothing of what it is.
            let type = answer.contentType.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
            return .answer(
                CallAnswer(
                    status: answer.status, output: body, isJSON: type == "application/json",
                    shown: CallText.clip(secrets.hiding(body))))
        case .failure(let error): return .failure(CallText.clip(secrets.hiding("\(error)"), most: 300))
        }
    }

    /// With the values of secrets in it.
    static func outgoing(_ request: ScenarioCall.Request, _ secrets: SecretBook) -> HTTPOutgoing {
        let method = HTTPMethod.allCases.first { "\($0.name)" == request.method } ?? .get
        let target = secrets.filled(request.target, PercentText.encoded)
        var outgoing = HTTPOutgoing(method, request.endpoint, target, host: request.host)
        outgoing.further = request.headers.map { ($0.name, secrets.filled($0.value)) }
        let hasType = request.headers.contains { $0.name.lowercased() == "content-type" }
        switch request.body {
        case .none: break
        case .text(let text): outgoing.body = Array(secrets.filled(text).utf8)
        case .json(let value):
            outgoing.body = ReportJSON.encode(value.mapTexts { secrets.filled($0) })
            if !hasType { outgoing.set("Content-Type", "application/json") }
        case .form(let parts):
            let text = parts.map {
                "\(PercentText.encoded(secrets.filled($0.name)))=\(PercentText.encoded(secrets.filled($0.value)))"
            }.joined(separator: "&")
            outgoing.body = Array(text.utf8)
            if !hasType { outgoing.set("Content-Type", "application/x-www-form-urlencoded") }
        }
        return outgoing
    }
}

import MeshBase
import Reports
import Wire

/// What the API serves, in three parts: what is read, what is followed, and what is changed, if anything is. Confined to
/// the loop's thread; completions are called there, once, in the call or later.
package protocol APIBackend: APIReads, APIFeed {
    /// What makes changes here, or why nothing can be changed.
    var changer: Result<any APIChanges, APIFailure> { get }
}

/// An answer that says no.
package struct APIFailure: Error, Sendable, Equatable {
    /// What clients tell apart beside the status.
    package enum Kind: Sendable {
        /// The status tells all.
        case plain
        /// The mesh is another than that of the prediction which the action carries.
        case stalePrediction
    }

    package var status: Int
    package var detail: String
    package var kind: Kind

    package init(_ status: Int, _ detail: String, kind: Kind = .plain) {
        self.status = status
        self.detail = detail
        self.kind = kind
    }

    /// Ends a sentence that may have ended with a question.
    static func ended(_ text: String) -> String { text.hasSuffix("?") ? text : text + "." }

    var problem: HTTPProblem {
        switch kind {
        case .plain: HTTPProblem(status: status, detail: .made(detail))
        case .stalePrediction: HTTPProblem(status: status, type: "stale-prediction", detail: .made(detail))
        }
    }
}

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
    package var status: Int
    package var detail: String

    package init(_ status: Int, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// Ends a sentence that may have ended with a question.
    static func ended(_ text: String) -> String { text.hasSuffix("?") ? text : text + "." }

    var problem: HTTPProblem { HTTPProblem(status: status, detail: .made(detail)) }
}

import MeshBase
import Reports

/// What a scenario asks beside the mesh: a request to an address of this machine, or a program.
///
/// Texts may hold secrets by their names (`SecretBook`); their values are put in when it is made, and nowhere else.
package struct ScenarioCall: Sendable, Equatable {
    /// What is asked.
    package enum Kind: Sendable, Equatable {
        case http(Request)
        case process(Program)
    }

    /// A request of HTTP/1.1.
    package struct Request: Sendable, Equatable {
        /// In capitals.
        package var method = "GET"
        /// Of the loopback.
        package var endpoint: Endpoint
        /// As it was written, with its port.
        package var host: String
        /// Path and query.
        package var target: String
        package var headers: [Pair] = []
        package var body = Body.none

        package init(endpoint: Endpoint, host: String, target: String) {
            self.endpoint = endpoint
            self.host = host
            self.target = target
        }
    }

    /// What a request carries.
    package enum Body: Sendable, Equatable {
        case none
        case text(String)
        /// As a form.
        case form([Pair])
        case json(JSONValue)
    }

    /// A program that is run.
    package struct Program: Sendable, Equatable {
        /// Or a name that is looked for in PATH.
        package var path: String
        package var arguments: [String] = []
        /// The words of a shell behind the path, in place of arguments.
        package var shell: String?
        /// Variables beside those of this process.
        package var environment: [Pair] = []

        package init(path: String) { self.path = path }
    }

    /// A name and its value.
    package struct Pair: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    package var kind: Kind
    /// For all of it.
    package var timeout = Self.usual
    /// Of an action, the status that it has to have; nil: below 400, or exit code 0.
    package var expected: Int?
    /// Where it is written, as `FILE:LINE`.
    package var place: String

    package init(_ kind: Kind, place: String) {
        self.kind = kind
        self.place = place
    }

    /// Where none is written.
    package static let usual = TimeAmount.seconds(30)
    /// The longest that one may take.
    package static let longest = TimeAmount.hours(1)
    /// Bytes of a body, or of what a program writes, that are kept.
    package static let mostOutput = 1 << 20
    /// Headers, arguments, variables or parts of a form at most.
    package static let mostParts = 64

    package var isProcess: Bool { if case .process = kind { true } else { false } }

    /// In a few words, without the values of secrets.
    package var text: String {
        switch kind {
        case .http(let request): SecretBook.shown("\(request.method) http://\(request.host)\(request.target)")
        case .process(let program):
            SecretBook.shown(
                ([program.path] + (program.shell.map { [$0] } ?? program.arguments)).joined(separator: " "))
        }
    }

    /// Whether an answer to an action is one that it succeeded with.
    package func isSuccess(_ status: Int) -> Bool {
        if let expected { return status == expected }
        return isProcess ? status == 0 : status < 400
    }
}

/// A look at something beside the mesh.
package struct CallProbe: Sendable, Equatable {
    /// As it is told.
    package var name: String
    package var call: ScenarioCall
    /// What the answer has to be; nil where it is only noted.
    package var tolerance: CallTolerance?
    /// Waited before and after it.
    package var pauseBefore = TimeAmount.zero
    package var pauseAfter = TimeAmount.zero
    /// The next step does not wait for it.
    package var isBackground = false

    package init(_ name: String, _ call: ScenarioCall, _ tolerance: CallTolerance? = nil) {
        self.name = name
        self.call = call
        self.tolerance = tolerance
    }
}

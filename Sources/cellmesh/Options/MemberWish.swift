import ArgumentParser
import Membership
import Reports

/// `us-east-1=dead`: how a member is to be seen.
struct MemberWish: ExpressibleByArgument, Sendable, Equatable {
    var name: String
    var status: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, MemberStatus.allCases.contains(where: { $0.name == parts[1] }) else {
            return nil
        }
        // TYPE/NAME or a bare name.
        name = parts[0].split(separator: "/").last.map(String.init) ?? ""
        status = String(parts[1])
    }

    static var allValueStrings: [String] { MemberStatus.allCases.map { "NAME=\($0.name)" } }

    /// As the view tells it; `unknown` where it does not.
    func seen(_ view: MembersReport) -> String {
        view.members.first { $0.name == name }?.status ?? "unknown"
    }

    func isMet(_ view: MembersReport) -> Bool { seen(view) == status }
}

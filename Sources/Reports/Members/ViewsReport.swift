/// `members --diff -o json`: where the nodes' views of the mesh differ.
package struct ViewsReport: Codable, Sendable, Equatable {
    /// A status, and who holds a member to be so.
    package struct Sight: Codable, Sendable, Equatable {
        package var status: String
        package var observers: [String]

        package init(status: String, observers: [String]) {
            self.status = status
            self.observers = observers
        }
    }
    package struct Difference: Codable, Sendable, Equatable {
        package var name: String
        package var views: [Sight]

        package init(name: String, views: [Sight]) {
            self.name = name
            self.views = views
        }
    }

    package var schema = ReportJSON.schema
    /// Nodes that told, of how many that were asked.
    package var observers: Int
    package var of: Int
    package var silent: [String]
    /// The observers, those that agree on everything together; the largest group first.
    package var sides: [[String]]
    package var differences: [Difference]

    package init(observers: Int, of: Int, silent: [String], sides: [[String]], differences: [Difference]) {
        self.observers = observers
        self.of = of
        self.silent = silent
        self.sides = sides
        self.differences = differences
    }
}

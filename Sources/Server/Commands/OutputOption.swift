import ArgumentParser

/// How a command that prints data prints it.
struct OutputOption: ParsableArguments {
    @Flag(help: "Prints JSON.")
    var json = false

    /// Prints rows as JSON, or as a table for people.
    func print<Row: Encodable>(_ rows: [Row], columns: [String], cells: (Row) -> [String]) {
        Swift.print(json ? String(decoding: JSON.encode(rows), as: UTF8.self) : Self.table(columns, rows.map(cells)))
    }

    /// Prints one thing as a JSON object, or with a line for each of its parts.
    func print(_ value: some Encodable, rows: [(String, String)]) {
        Swift.print(
            json
                ? String(decoding: JSON.encode(value), as: UTF8.self)
                : rows.map { "\($0): \($1)" }.joined(separator: "\n"))
    }

    /// A table with its columns one under the other.
    static func table(_ columns: [String], _ rows: [[String]]) -> String {
        let all = [columns] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}

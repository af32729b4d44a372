/// A day of the Gregorian calendar, in UTC.
struct CivilDay: Hashable {
    let year: Int
    let month: Int
    let day: Int

    /// The day of a moment. Counted from 1 March of the year 0, so that the leap day is a year's last.
    init(_ moment: Timestamp) {
        let days = (moment.seconds - moment.seconds.modulo(86_400)) / 86_400 + 719_468
        let dayOfEra = days.modulo(146_097)
        let era = (days - dayOfEra) / 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
        month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// The age in whole years of somebody born on year * 10,000 + month * 100 + day.
    func age(bornOn birthday: Int32) -> Int {
        let today = year * 10_000 + month * 100 + day
        return (today - Int(birthday)) / 10_000
    }
}

extension Int64 {
    /// The remainder that is never negative.
    fileprivate func modulo(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

"""The statistics of one curve: is it sharp beyond noise, and could its end have been foreseen?"""
